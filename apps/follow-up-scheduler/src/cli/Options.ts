/** The options that commands share. */
import { ChatId } from "@effect-invent/domain/Ids"
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

export const policy = Options.text("policy").pipe(
  Options.withDescription("the policy, a YAML or JSON file, for example policies/idle-nudge.yaml")
)

const chats = Options.text("chats").pipe(
  Options.withDescription("a file of chat ids, one a line; # starts a comment"),
  Options.optional
)

const inbox = Options.boolean("inbox").pipe(Options.withDescription("all chats of the inbox"))

/** Which chats: those of a file, or all of the inbox. */
export type Source = { readonly _tag: "File"; readonly file: string } | { readonly _tag: "Inbox" }

export const source = Options.all({ chats, inbox }).pipe(
  Options.filterMap(
    ({ chats, inbox }) =>
      inbox === Option.isSome(chats)
        ? Option.none()
        : Option.some(Option.match(chats, { onNone: (): Source => ({ _tag: "Inbox" }), onSome: (file): Source => ({ _tag: "File", file }) })),
    "Expected either --chats with a file, or --inbox"
  )
)

/** A source in words. */
export const nameOf = (source: Source): string => (source._tag === "File" ? `the chats of ${source.file}` : "the chats of the inbox")

export const db = Options.text("db").pipe(
  Options.withDescription("the SQLite file of the ledger; else the PostgreSQL database of DATABASE_URL, else follow-ups.db"),
  Options.optional
)

export const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("decide and print; GET requests only, nothing sent, nothing recorded")
)

export const json = Options.boolean("json").pipe(Options.withDescription("print one JSON document in place of lines for people"))

export const keep = Options.text("keep").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toDays(duration) >= 1),
    'Expected a duration of at least a day, such as "90 days"'
  ),
  Options.withDefault(Duration.days(400)),
  Options.withDescription("how long the audit is kept, 400 days unless given")
)

export const every = Options.text("every").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toMillis(duration) >= 100),
    'Expected a duration such as "1 minute"'
  ),
  Options.withDefault(Duration.minutes(1)),
  Options.withDescription("how often every chat of the file, or what is new in the inbox, is looked at; 1 minute unless given")
)

const ui = Options.boolean("ui").pipe(Options.withDescription("serve the operator page, at a free port of this machine"))

const uiPort = Options.integer("ui-port").pipe(
  Options.filterMap((port) => Option.filter(Option.some(port), (port) => port >= 0 && port <= 65_535), "Expected a port, 0 to 65535"),
  Options.optional,
  Options.withDescription("serve the operator page on this port")
)

const uiHost = Options.text("ui-host").pipe(
  Options.withDefault("127.0.0.1"),
  Options.withDescription("the address the operator page listens on; any but a loopback address needs FOLLOW_UPS_TOKEN")
)

/** Where the operator page is to be; nowhere without a port. */
export const page = Options.all({ ui, uiPort, uiHost }).pipe(
  Options.map(({ ui, uiHost, uiPort }) => ({ host: uiHost, port: Option.orElse(uiPort, () => (ui ? Option.some(0) : Option.none())) }))
)

export const chatId = Args.text({ name: "chat-id" }).pipe(Args.map((id) => ChatId.make(id)))
