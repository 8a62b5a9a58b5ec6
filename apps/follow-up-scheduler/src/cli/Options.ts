/** The options and arguments of the commands. */
import { ChatId, ContactId } from "@effect-invent/domain/Ids"
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { unconfirmed } from "../Ledger/Unconfirmed.ts"
import type * as Rollout from "../Policies/Rollout.ts"

/** `value` stands for what is given, in the help and in the usage. */
const text = (name: string, value: string) => Options.withPseudoName(Options.text(name), value)
const integer = (name: string, value: string) => Options.withPseudoName(Options.integer(name), value)

/** What an option has where it is not given, as the help shows it. */
const byDefault = { every: "1 minute", keep: "400 days", host: "127.0.0.1", confirm: unconfirmed, chats: 200, seed: 1 } as const

export const policy = text("policy", "FILE").pipe(
  Options.withDescription("the policy, a YAML or JSON file, for example policies/idle-nudge.yaml")
)

export const examinedPolicy = text("policy", "FILE").pipe(Options.withDescription("a policy that is checked, too"), Options.optional)

const positions = ["keep", "retime", "exit"] as const satisfies ReadonlyArray<Rollout.Running>

export const running = Options.choice("running", positions).pipe(
  Options.withDescription("what becomes of the follow-ups of earlier versions; without it the difference is printed and nothing changes"),
  Options.optional
)

const chats = text("chats", "FILE").pipe(
  Options.withDescription("a file of chat ids, one a line; # starts a comment"),
  Options.optional
)

const inbox = Options.boolean("inbox").pipe(Options.withDescription("all chats of the inbox, in place of a file"))

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

export const db = text("db", "FILE").pipe(
  Options.withDescription("the SQLite file of the ledger (default: the PostgreSQL database of DATABASE_URL, else follow-ups.db)"),
  Options.optional
)

export const dryRun = Options.boolean("dry-run").pipe(
  Options.withDescription("decide and print; GET requests only, nothing sent, nothing recorded")
)

export const json = Options.boolean("json").pipe(Options.withDescription("print one JSON document in place of text"))

export const keep = text("keep", "DURATION").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toDays(duration) >= 1),
    'Expected a duration of at least a day, such as "90 days"'
  ),
  Options.withDefault(Duration.decode(byDefault.keep)),
  Options.withDescription(`how long the audit is kept (default: ${byDefault.keep})`)
)

export const every = text("every", "DURATION").pipe(
  Options.filterMap(
    (text) => Option.filter(Duration.decodeUnknown(text), (duration) => Duration.toMillis(duration) >= 100),
    'Expected a duration such as "1 minute"'
  ),
  Options.withDefault(Duration.decode(byDefault.every)),
  Options.withDescription(`how often the chats of the file, or the inbox, are read for changes (default: ${byDefault.every})`)
)

export const confirm = integer("confirm", "N").pipe(
  Options.filterMap((contacts) => Option.filter(Option.some(contacts), (contacts) => contacts >= 0), "Expected how many contacts, 0 or more"),
  Options.optional,
  Options.withDescription(
    `how many contacts a new version of a policy or a resume may write to; more hold everything (default: ${byDefault.confirm})`
  )
)

const ui = Options.boolean("ui").pipe(Options.withDescription("serve the operator page on a free port of this machine"))

const port = (name: string) =>
  integer(name, "PORT").pipe(
    Options.filterMap((port) => Option.filter(Option.some(port), (port) => port >= 0 && port <= 65_535), "Expected a port, 0 to 65535"),
    Options.optional
  )

const uiPort = port("ui-port").pipe(
  Options.withDescription("serve the operator page on this port")
)

const healthPort = port("health-port").pipe(
  Options.withDescription("serve /healthz (the loop turns) and /readyz (follow-ups can be sent) on this port")
)

const healthHost = text("health-host", "ADDRESS").pipe(
  Options.withDefault(byDefault.host),
  Options.withDescription(`the address that --health-port listens on (default: ${byDefault.host})`)
)

/** Where a supervisor asks; nowhere without a port. */
export const health = Options.all({ host: healthHost, port: healthPort })

const uiHost = text("ui-host", "ADDRESS").pipe(
  Options.withDefault(byDefault.host),
  Options.withDescription(`the address that the operator page listens on; any but a loopback address needs FOLLOW_UPS_TOKEN (default: ${byDefault.host})`)
)

const parseUrl = Option.liftThrowable((text: string) => new URL(text))

const pageOrigin = text("page-origin", "URL").pipe(
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

export const chatId = Args.text({ name: "chat-id" }).pipe(Args.withDescription("the id of a chat, as the inbox shows it"), Args.map((id) => ChatId.make(id)))

export const contactId = Args.text({ name: "contact-id" }).pipe(Args.withDescription("the id of a contact, as chats show it"), Args.map((id) => ContactId.make(id)))

export const file = Args.text({ name: "file" }).pipe(Args.withDescription("the path of the file"))

export const out = text("out", "FILE").pipe(Options.withDescription("the file to write, one conversation a line"))

export const withoutNames = Options.boolean("without-names").pipe(Options.withDescription("leave out all names and texts; ids stay"))

export const against = text("against", "FILE").pipe(
  Options.withDescription("conversations on record, one JSON object a line, as record writes them")
)

export const compare = text("compare", "FILE").pipe(
  Options.optional,
  Options.withDescription("another policy, played over the same conversations")
)

export const picture = text("picture", "FILE").pipe(
  Options.optional,
  Options.withDescription("an SVG file to draw the result into")
)

export const demoChats = integer("chats", "N").pipe(Options.withDefault(byDefault.chats), Options.withDescription(`how many conversations (default: ${byDefault.chats})`))

export const demoSeed = integer("seed", "N").pipe(
  Options.withDefault(byDefault.seed),
  Options.withDescription(`the same seed gives the same conversations (default: ${byDefault.seed})`)
)
