/** The options and arguments of the commands. */
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type * as Rollout from "../Policies/Rollout.ts"

/** `--policy`: the file of the policy in force. Required. */
export const policy = Options.text("policy").pipe(
  Options.withDescription("the policy, a YAML or JSON file, for example policies/idle-nudge.yaml")
)

/** `--policy` of `doctor`: optional there. */
export const examinedPolicy = Options.text("policy").pipe(Options.withDescription("a policy to examine, too"), Options.optional)

const positions = ["keep", "retime", "exit"] as const satisfies ReadonlyArray<Rollout.Running>

/** `--running`: see `Rollout.Running`. Without it `policy apply` only shows the differences. */
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

/** `--chats` or `--inbox`: exactly one of them, else the command line is refused. */
export const source = Options.all({ chats, inbox }).pipe(
  Options.filterMap(
    ({ chats, inbox }) =>
      inbox === Option.isSome(chats)
        ? Option.none()
        : Option.some(Option.match(chats, { onNone: (): Source => ({ _tag: "Inbox" }), onSome: (file): Source => ({ _tag: "File", file }) })),
    "Expected either --chats with a file, or --inbox"
  )
)

/** A source in words, for the log. */
export const nameOf = (source: Source): string => (source._tag === "File" ? `the chats of ${source.file}` : "the chats of the inbox")

/** The SQLite file of `--db`. None: `DATABASE_URL`, else the file `follow-ups.db`. */
export type Db = Option.Option<string>

/** `--db`: where the ledger is. */
export const db = Options.text("db").pipe(
  Options.withDescription("the SQLite file of the ledger; else the PostgreSQL database of DATABASE_URL, else follow-ups.db"),
  Options.optional
)

/** `--dry-run`: GET requests only, nothing sent, nothing recorded. */
export const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("decide and print; GET requests only, nothing sent, nothing recorded")
)

/** `--json`: one document on stdout in place of lines; the log goes to stderr. */
export const json = Options.boolean("json").pipe(Options.withDescription("print one JSON document in place of lines for people"))

/** `--keep`: how long audit entries are kept, at least a day. Default: 400 days. */
export const keep = Options.text("keep").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toDays(duration) >= 1),
    'Expected a duration of at least a day, such as "90 days"'
  ),
  Options.withDefault(Duration.days(400)),
  Options.withDescription("how long the audit is kept, 400 days unless given")
)

/** `--every`: how often the chats are searched for news, at least 100 ms. Default: 1 minute. */
export const every = Options.text("every").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toMillis(duration) >= 100),
    'Expected a duration such as "1 minute"'
  ),
  Options.withDefault(Duration.minutes(1)),
  Options.withDescription("how often the chats of the file, or the inbox, are searched for news; 1 minute unless given")
)

/** `--confirm`: how many contacts a start may write to (decision 0017). Where it is absent, the commands use 100. */
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

/** `--health-host` and `--health-port`: where `/healthz` and `/readyz` are served. Without a port they are not. */
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

/** Where the operator page is served. Without a port it is not; port 0 is any free port. */
export interface Page {
  readonly host: string
  readonly port: Option.Option<number>
  readonly origin: string | undefined
}

/** `--ui`, `--ui-port`, `--ui-host` and `--page-origin`: where the operator page is served. */
export const page = Options.all({ ui, uiPort, uiHost, pageOrigin }).pipe(
  Options.map(({ pageOrigin, ui, uiHost, uiPort }): Page => ({
    host: uiHost,
    port: Option.orElse(uiPort, () => (ui ? Option.some(0) : Option.none())),
    origin: Option.getOrUndefined(pageOrigin)
  }))
)

/** The argument of `explain`. */
export const chatId = Args.text({ name: "chat-id" }).pipe(Args.map((id) => ChatId.make(id)))

/** The argument of `erase`, `opt-out` and `opt-in`. */
export const contactId = Args.text({ name: "contact-id" }).pipe(Args.map((id) => ContactId.make(id)))

/** A file as an argument: what it is depends on the command. */
export const file = Args.text({ name: "file" })

/** `--out`: the file that `record` writes. It is replaced only once the new one is complete. */
export const out = Options.text("out").pipe(Options.withDescription("the file to write, one conversation a line"))

/** `--without-names`: `record` leaves out names and texts. */
export const withoutNames = Options.boolean("without-names").pipe(Options.withDescription("leave out all names and texts; ids stay"))

/** `--against`: the recorded conversations that `simulate` plays. */
export const against = Options.text("against").pipe(
  Options.withDescription("conversations on record, one JSON object a line, as record writes them")
)

/** `--compare`: a second policy for the same conversations. */
export const compare = Options.text("compare").pipe(
  Options.optional,
  Options.withDescription("another policy, played over the same conversations")
)

/** `--picture`: the SVG file that `simulate` writes. An existing file is overwritten. */
export const picture = Options.text("picture").pipe(
  Options.optional,
  Options.withDescription("an SVG file to draw the result into")
)

/** `--chats` of `demo`: the number of conversations. Default: 200. */
export const demoChats = Options.integer("chats").pipe(Options.withDefault(200), Options.withDescription("how many conversations"))

/** `--seed` of `demo`. The same seed and number of conversations give the same course. Default: 1. */
export const demoSeed = Options.integer("seed").pipe(
  Options.withDefault(1),
  Options.withDescription("the same seed, the same conversations")
)
