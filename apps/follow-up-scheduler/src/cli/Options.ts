/** The options and arguments of the commands. */
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type * as Rollout from "../Policies/Rollout.ts"

export const policy = Options.text("policy").pipe(
  Options.withDescription("the policy, a YAML or JSON file, for example policies/idle-nudge.yaml")
)

export const examinedPolicy = Options.text("policy").pipe(Options.withDescription("a policy to examine, too"), Options.optional)

const positions = ["keep", "retime", "exit"] as const satisfies ReadonlyArray<Rollout.Running>

export const running = Options.choice("running", positions).pipe(
  Options.withDescription("what becomes of cadences on earlier versions; without it the difference is shown and nothing changes"),
  Options.optional
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

/** The file that was named for the ledger, if any. */
export type Db = Option.Option<string>

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
  Options.withDescription("how often the chats of the file, or the inbox, are searched for news; 1 minute unless given")
)

export const confirm = Options.integer("confirm").pipe(
  Options.filterMap((contacts) => Option.filter(Option.some(contacts), (contacts) => contacts >= 0), "Expected how many contacts, 0 or more"),
  Options.optional,
  Options.withDescription("how many contacts a start may write to: a new version of a policy, or a resume; more hold everything; 100 unless given")
)

const ui = Options.boolean("ui").pipe(Options.withDescription("serve the operator page, at a free port of this machine"))

const port = (name: string) =>
  Options.integer(name).pipe(
    Options.filterMap((port) => Option.filter(Option.some(port), (port) => port >= 0 && port <= 65_535), "Expected a port, 0 to 65535"),
    Options.optional
  )

const uiPort = port("ui-port").pipe(
  Options.withDescription("serve the operator page on this port")
)

const healthPort = port("health-port").pipe(
  Options.withDescription("tell a supervisor on this port whether it lives, under /healthz, and whether it can send, under /readyz")
)

const healthHost = Options.text("health-host").pipe(
  Options.withDefault("127.0.0.1"),
  Options.withDescription("the address that tells of it, where a supervisor on another machine asks")
)

/** Where a supervisor asks; nowhere without a port. */
export const health = Options.all({ host: healthHost, port: healthPort })

const uiHost = Options.text("ui-host").pipe(
  Options.withDefault("127.0.0.1"),
  Options.withDescription("the address the operator page listens on; any but a loopback address needs FOLLOW_UPS_TOKEN")
)

const parseUrl = Option.liftThrowable((text: string) => new URL(text))

const pageOrigin = Options.text("page-origin").pipe(
  Options.filterMap(
    (text) => Option.map(Option.filter(parseUrl(text), ({ protocol }) => /^https?:$/.test(protocol)), ({ origin }) => origin),
    "Expected the page's address in the browser, such as https://follow-ups.example.com"
  ),
  Options.optional,
  Options.withDescription("the address of the operator page in the browser, where it is behind a proxy")
)

/** Where the operator page is to be; nowhere without a port. */
export interface Page {
  readonly host: string
  readonly port: Option.Option<number>
  readonly origin: string | undefined
}

export const page = Options.all({ ui, uiPort, uiHost, pageOrigin }).pipe(
  Options.map(({ pageOrigin, ui, uiHost, uiPort }): Page => ({
    host: uiHost,
    port: Option.orElse(uiPort, () => (ui ? Option.some(0) : Option.none())),
    origin: Option.getOrUndefined(pageOrigin)
  }))
)

export const chatId = Args.text({ name: "chat-id" }).pipe(Args.map((id) => ChatId.make(id)))

export const contactId = Args.text({ name: "contact-id" }).pipe(Args.map((id) => ContactId.make(id)))

export const file = Args.text({ name: "file" })

export const out = Options.text("out").pipe(Options.withDescription("the file to write, one conversation a line"))

export const withoutNames = Options.boolean("without-names").pipe(Options.withDescription("leave out all names and texts; ids stay"))

export const against = Options.text("against").pipe(
  Options.withDescription("conversations on record, one JSON object a line, as record writes them")
)

export const compare = Options.text("compare").pipe(
  Options.optional,
  Options.withDescription("another policy, played over the same conversations")
)

export const picture = Options.text("picture").pipe(
  Options.optional,
  Options.withDescription("an SVG file to draw the result into")
)

export const demoChats = Options.integer("chats").pipe(Options.withDefault(200), Options.withDescription("how many conversations"))

export const demoSeed = Options.integer("seed").pipe(
  Options.withDefault(1),
  Options.withDescription("the same seed, the same conversations")
)
