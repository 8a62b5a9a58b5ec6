/** The options that commands share. */
import { ChatId } from "@effect-invent/domain/Ids"
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

export const policy = Options.text("policy").pipe(
  Options.withDescription("the policy, a YAML or JSON file, for example policies/idle-nudge.yaml")
)

export const chats = Options.text("chats").pipe(
  Options.withDescription("a file of chat ids, one a line; # starts a comment")
)

export const db = Options.text("db").pipe(
  Options.withDescription("the SQLite file of the ledger; else the PostgreSQL database of DATABASE_URL, else follow-ups.db"),
  Options.optional
)

export const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("decide and print; GET requests only, nothing sent, nothing recorded")
)

export const every = Options.text("every").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toMillis(duration) >= 100),
    'Expected a duration such as "1 minute"'
  ),
  Options.withDefault(Duration.minutes(1)),
  Options.withDescription("how often every chat of the list is looked at, 1 minute unless given")
)

export const chatId = Args.text({ name: "chat-id" }).pipe(Args.map((id) => ChatId.make(id)))
