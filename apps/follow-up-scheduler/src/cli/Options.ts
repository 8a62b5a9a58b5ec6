/** The options and arguments of the commands. */
import { ChatId, ContactId, OrgId } from "@effect-invent/domain/Ids"
import * as Args from "@effect/cli/Args"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Operator from "../Ledger/Operator.ts"
import { unconfirmed } from "../Ledger/Unconfirmed.ts"
import * as Orgs from "../Policy/Orgs.ts"
import type * as Rollout from "../Policies/Rollout.ts"
import * as ContactText from "./ContactText.ts"

/** `value` stands for what is given, in the help and in the usage. */
const text = (name: string, value: string) => Options.withPseudoName(Options.text(name), value)
const integer = (name: string, value: string) => Options.withPseudoName(Options.integer(name), value)

/** What an option has where it is not given, as the help shows it. */
const byDefault = {
  every: "1 minute",
  keep: "400 days",
  host: "127.0.0.1",
  confirm: unconfirmed,
  running: "keep"
} as const

/** `--policy` of `simulate`: the file of one policy. Required. */
export const policy = text("policy", "FILE").pipe(
  Options.withDescription("the policy, a YAML or JSON file, for example policies/idle-nudge.yaml")
)

/** `--policy`: the files of the policies in force, and folders of them, in the stated order. At least one. */
export const policies = text("policy", "FILE").pipe(
  Options.withDescription(
    "a policy, a YAML or JSON file, for example policies/idle-nudge.yaml, or a folder of them; of several, the " +
      "first that matches a chat takes it"
  ),
  Options.atLeast(1)
)

/** `--policy` of `doctor`: optional there. */
export const examinedPolicies = text("policy", "FILE").pipe(
  Options.withDescription("a policy that is checked, too, or a folder of them"),
  Options.repeated
)

const positions = ["keep", "retime", "exit"] as const satisfies ReadonlyArray<Rollout.Running>

/** `--running`: see `Rollout.Running`. Without it `policy apply` only shows the differences. */
export const running = Options.choice("running", positions).pipe(
  Options.withDescription(
    "what becomes of the follow-ups of earlier versions; without it the difference is printed and nothing changes"
  ),
  Options.optional
)

/** `--running` of `serve`: for the policies that it finds at its start, and those that a reload puts in force. */
export const runningOnReload = Options.choice("running", positions).pipe(
  Options.withDescription(
    "what becomes of the follow-ups of earlier versions, and of policies that are not named any more (default: " +
      `${byDefault.running})`
  ),
  Options.withDefault<Rollout.Running>(byDefault.running)
)

const chats = text("chats", "FILE").pipe(
  Options.withDescription("a file of chat ids, one a line; # starts a comment"),
  Options.optional
)

const inbox = Options.boolean("inbox").pipe(Options.withDescription("all chats of the inbox, in place of a file"))

/** Which chats: those of a file, or all of the inbox. */
export type Source = { readonly _tag: "File"; readonly file: string } | { readonly _tag: "Inbox" }

/** `--chats` or `--inbox`: exactly one of them, else the command line is refused. */
export const source = Options.all({ chats, inbox }).pipe(
  Options.filterMap(
    ({ chats, inbox }) =>
      inbox === Option.isSome(chats)
        ? Option.none()
        : Option.some(
            Option.match(chats, {
              onNone: (): Source => ({ _tag: "Inbox" }),
              onSome: (file): Source => ({ _tag: "File", file })
            })
          ),
    "Expected either --chats with a file, or --inbox"
  )
)

const orgsOf = (ids: ReadonlyArray<string>) => ids.map((id) => OrgId.make(id))

/** `--org`: see `Orgs`. None: those of `FOLLOW_UPS_ORGS`, else the organization of the client. */
export const orgs = text("org", "ID").pipe(
  Options.repeated,
  Options.mapEffect((ids) => {
    const problem = Orgs.problemOf(ids)
    return problem === undefined
      ? Effect.succeed(orgsOf(ids))
      : Effect.fail(`--org ${problem}`).pipe(Effect.mapError((line) => ValidationError.invalidValue(HelpDoc.p(line))))
  }),
  Options.withDescription(
    "an organization whose chats are meant; give it once for each that the key acts for (default: FOLLOW_UPS_ORGS, " +
      "else INVENT_ORG_ID)"
  )
)

/** A source in words, for the log. */
export const nameOf = (source: Source): string =>
  source._tag === "File" ? `the chats of ${source.file}` : "the chats of the inbox"

/** The SQLite file of `--db`. None: `DATABASE_URL`, else the file `follow-ups.db`. */
export type Db = Option.Option<string>

/** `--db`: where the ledger is. */
export const db = text("db", "FILE").pipe(
  Options.withDescription(
    "the SQLite file of the ledger (default: the PostgreSQL database of DATABASE_URL, else follow-ups.db)"
  ),
  Options.optional
)

/** `--dry-run`: GET requests only, nothing sent, nothing recorded. */
export const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("decide and print; GET requests only, nothing sent, nothing recorded")
)

/** `--json`: one document on stdout in place of lines; the log goes to stderr. */
export const json = Options.boolean("json").pipe(Options.withDescription("print one JSON document in place of text"))

/** The formats of the log: lines for people, lines of logfmt, or one JSON object a line. */
export const logFormats = ["pretty", "logfmt", "json"] as const

/** A format of the log. */
export type LogFormat = (typeof logFormats)[number]

/** `--log-format`: how the log is written. `Log` reads it, before the command begins. */
export const logFormat = Options.choice("log-format", logFormats).pipe(
  Options.optional,
  Options.withDescription(
    "the format of the log; of run, json goes to stderr (default: FOLLOW_UPS_LOG_FORMAT, else pretty on a " +
      "terminal and logfmt elsewhere)"
  )
)

/** `--keep`: how long audit entries are kept, at least a day. Default: 400 days. */
export const keep = text("keep", "DURATION").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toDays(duration) >= 1),
    'Expected --keep with a duration of at least a day, such as "90 days"'
  ),
  Options.withDefault(Duration.decode(byDefault.keep)),
  Options.withDescription(`how long the audit is kept (default: ${byDefault.keep})`)
)

/** `--every`: how often the chats are searched for news, at least 100 ms. Default: 1 minute. */
export const every = text("every", "DURATION").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toMillis(duration) >= 100),
    'Expected --every with a duration of at least 100 ms, such as "1 minute"'
  ),
  Options.withDefault(Duration.decode(byDefault.every)),
  Options.withDescription(
    `how often the chats of the file, or the inbox, are read for changes (default: ${byDefault.every})`
  )
)

/** `--confirm`: how many contacts a start may write to (decision 0017). Where it is absent, the commands use 100. */
export const confirm = integer("confirm", "N").pipe(
  Options.filterMap(
    (contacts) => Option.filter(Option.some(contacts), (contacts) => contacts >= 0),
    "Expected --confirm with a number of contacts, 0 or more"
  ),
  Options.optional,
  Options.withDescription(
    "how many contacts a new version of a policy or a resume may write to; more hold everything (default: " +
      `${byDefault.confirm})`
  )
)

const ui = Options.boolean("ui").pipe(Options.withDescription("serve the operator page on a free port of this machine"))

const port = (name: string) =>
  integer(name, "PORT").pipe(
    Options.filterMap(
      (port) => Option.filter(Option.some(port), (port) => port >= 0 && port <= 65_535),
      `Expected --${name} with a port, 0 to 65535`
    ),
    Options.optional
  )

const uiPort = port("ui-port").pipe(Options.withDescription("serve the operator page on this port"))

const healthPort = port("health-port").pipe(
  Options.withDescription("serve /healthz (the loop turns) and /readyz (follow-ups can be sent) on this port")
)

const healthHost = text("health-host", "ADDRESS").pipe(
  Options.withDefault(byDefault.host),
  Options.withDescription(`the address that --health-port listens on (default: ${byDefault.host})`)
)

/** `--health-host` and `--health-port`: where `/healthz` and `/readyz` are served. Without a port they are not. */
export const health = Options.all({ host: healthHost, port: healthPort })

const uiHost = text("ui-host", "ADDRESS").pipe(
  Options.withDefault(byDefault.host),
  Options.withDescription(
    "the address that the operator page listens on; any but a loopback address needs FOLLOW_UPS_TOKEN or " +
      `FOLLOW_UPS_PAGE_TOKENS (default: ${byDefault.host})`
  )
)

const parseUrl = Option.liftThrowable((text: string) => new URL(text))

const pageOrigin = text("page-origin", "URL").pipe(
  Options.filterMap(
    (text) =>
      Option.map(
        Option.filter(parseUrl(text), ({ protocol }) => /^https?:$/.test(protocol)),
        ({ origin }) => origin
      ),
    "Expected --page-origin with the page's address in the browser, such as https://follow-ups.example.com"
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
export const chatId = Args.text({ name: "chat-id" }).pipe(
  Args.withDescription("the id of a chat, as the inbox shows it"),
  Args.map((id) => ChatId.make(id))
)

/** The argument of `erase`, `opt-out` and `opt-in`. Spaces around it are left out, as `import opt-outs` does. */
export const contactId = Args.text({ name: "contact-id" }).pipe(
  Args.withDescription("the id of a contact, as chats show it"),
  Args.mapEffect((text) => {
    const problem = ContactText.problemOf(text.trim())
    return problem === undefined
      ? Effect.succeed(ContactId.make(text.trim()))
      : Effect.fail(HelpDoc.p(`${JSON.stringify(text)} ${problem}; nothing was recorded`))
  })
)

/** `--by`: the operator whose change it is. The audit names them. */
export const by = text("by", "NAME").pipe(
  Options.withSchema(Operator.Name),
  Options.optional,
  Options.withDescription("who does it: explain, export and the operator page show the name")
)

/** A file as an argument: what it is depends on the command. */
export const file = Args.text({ name: "file" }).pipe(Args.withDescription("the path of the file"))

/** `--out`: the file that `record` writes. It is replaced only once the new one is complete. */
export const out = text("out", "FILE").pipe(Options.withDescription("the file to write, one conversation a line"))

/** `--without-names`: `record` leaves out names and texts. */
export const withoutNames = Options.boolean("without-names").pipe(
  Options.withDescription("leave out all names and texts; ids stay")
)

/** `--against`: the recorded conversations that `simulate` plays. */
export const against = text("against", "FILE").pipe(
  Options.withDescription("conversations on record, one JSON object a line, as record writes them")
)

/** `--compare`: a second policy for the same conversations. */
export const compare = text("compare", "FILE").pipe(
  Options.optional,
  Options.withDescription("another policy, played over the same conversations")
)

/** `--picture`: the SVG file that `simulate` writes. An existing file is overwritten. */
export const picture = text("picture", "FILE").pipe(
  Options.optional,
  Options.withDescription("an SVG file to draw the result into")
)
