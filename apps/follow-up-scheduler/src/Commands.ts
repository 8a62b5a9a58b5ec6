/**
 * Every command: its names, its options and its help. What a command does is loaded when it is run, so `--help`, a
 * mistyped option and the completions of a shell load nothing but this.
 */
import type * as InventClient from "@effect-invent/client/InventClient"
import * as Command from "@effect/cli/Command"
import type { WebSocketConstructor } from "@effect/platform/Socket"
import type * as Layer from "effect/Layer"
import * as Lazy from "./Lazy.ts"
import * as ExportOptions from "./cli/ExportOptions.ts"
import * as Options from "./cli/Options.ts"

/** How the commands reach the service. Each part is built only by the commands that use it. */
export interface Network<E> {
  readonly http: Layer.Layer<Layer.Layer.Context<ReturnType<typeof InventClient.layerConfig>>, E>
  readonly webSocket: Layer.Layer<WebSocketConstructor, E>
}

const db = Options.db
const json = Options.json

const run = Command.make(
  "run",
  {
    policies: Options.policies,
    source: Options.source,
    orgs: Options.orgs,
    db,
    dryRun: Options.dryRun,
    confirm: Options.confirm,
    by: Options.by,
    logFormat: Options.logFormat,
    json
  },
  (options) =>
    Lazy.effect(
      "run",
      () => import("./cli/Run.ts"),
      ({ run }) => run(options)
    )
).pipe(Command.withDescription("read each chat once, record each decision with its reason, and send what is due"))

const serve = Command.make(
  "serve",
  {
    policies: Options.policies,
    running: Options.runningOnReload,
    source: Options.source,
    orgs: Options.orgs,
    db,
    every: Options.every,
    keep: Options.keep,
    page: Options.page,
    confirm: Options.confirm,
    by: Options.by,
    health: Options.health,
    logFormat: Options.logFormat
  },
  (options) =>
    Lazy.effect(
      "serve",
      () => import("./cli/Serve.ts"),
      ({ serve }) => serve(options)
    )
).pipe(Command.withDescription("watch the chats, and follow up at the right time"))

const preview = Command.make(
  "preview",
  { policies: Options.policies, source: Options.source, orgs: Options.orgs, db, json },
  (options) =>
    Lazy.effect(
      "preview",
      () => import("./cli/Preview.ts"),
      ({ preview }) => preview(options)
    )
).pipe(Command.withDescription("print what would happen next in each chat, when and why; sends GET requests only"))

const doctor = Command.make("doctor", { policies: Options.examinedPolicies, orgs: Options.orgs, db, json }, (options) =>
  Lazy.effect(
    "doctor",
    () => import("./cli/Doctor.ts"),
    ({ doctor }) => doctor(options)
  )
).pipe(Command.withDescription("check the key, the clock, the database, the zone data and the policy"))

const apply = Command.make(
  "apply",
  { policies: Options.policies, db, running: Options.running, by: Options.by, json },
  (options) =>
    Lazy.effect(
      "policy apply",
      () => import("./cli/Policy.ts"),
      ({ apply }) => apply(options)
    )
).pipe(Command.withDescription("print what a new version of a policy changes, and put it in force"))

const policy = Command.make("policy").pipe(Command.withDescription("versions of a policy"))

const erase = Command.make("erase", { contactId: Options.contactId, by: Options.by, db, json }, (options) =>
  Lazy.effect(
    "erase",
    () => import("./cli/Erase.ts"),
    ({ erase }) => erase(options)
  )
).pipe(
  Command.withDescription(
    "forget a contact: proofs replace the ids, reasons stay, and nothing is sent to the contact again"
  )
)

const optOut = Command.make("opt-out", { contactId: Options.contactId, by: Options.by, db, json }, (options) =>
  Lazy.effect(
    "opt-out",
    () => import("./cli/OptOut.ts"),
    ({ optOut }) => optOut(options)
  )
).pipe(
  Command.withDescription("never follow up a contact again, in any chat, until opt-in or the contact says otherwise")
)

const optIn = Command.make("opt-in", { contactId: Options.contactId, by: Options.by, db, json }, (options) =>
  Lazy.effect(
    "opt-in",
    () => import("./cli/OptOut.ts"),
    ({ optIn }) => optIn(options)
  )
).pipe(Command.withDescription("follow up a contact again who had opted out"))

const importOptOuts = Command.make("opt-outs", { file: Options.file, by: Options.by, db, json }, (options) =>
  Lazy.effect(
    "import opt-outs",
    () => import("./cli/Import.ts"),
    ({ importOptOuts }) => importOptOuts(options)
  )
).pipe(Command.withDescription("opt out the contacts of a file, one id a line, or CSV with a column contact_id"))

const imports = Command.make("import").pipe(Command.withDescription("lists from other programs"))

const exports = Command.make(
  "export",
  { exported: ExportOptions.exported, format: ExportOptions.format, db },
  (options) =>
    Lazy.effect(
      "export",
      () => import("./cli/Export.ts"),
      ({ exportRecord }) => exportRecord(options)
    )
).pipe(Command.withDescription("print the audit, or all that is on record about a contact, as JSON lines or CSV"))

const written = { out: Options.out, withoutNames: Options.withoutNames, json }

const recordChats = Command.make("chats", { file: Options.file, ...written, db }, (options) =>
  Lazy.effect(
    "record chats",
    () => import("./cli/Record.ts"),
    ({ chats }) => chats(options)
  )
).pipe(Command.withDescription("record the chats that a file names, one id a line"))

const recordInbox = Command.make("inbox", { ...written, orgs: Options.orgs, db }, (options) =>
  Lazy.effect(
    "record inbox",
    () => import("./cli/Record.ts"),
    ({ inbox }) => inbox(options)
  )
).pipe(Command.withDescription("record all chats of the inbox, by GET requests only"))

const recordLog = Command.make("log", { file: Options.file, ...written }, (options) =>
  Lazy.effect(
    "record log",
    () => import("./cli/Record.ts"),
    ({ log }) => log(options)
  )
).pipe(Command.withDescription("record the conversations of an emulator's log"))

const record = Command.make("record").pipe(Command.withDescription("write conversations to a file, for simulate"))

const simulate = Command.make(
  "simulate",
  { policy: Options.policy, against: Options.against, compare: Options.compare, picture: Options.picture, json },
  (options) =>
    Lazy.effect(
      "simulate",
      () => import("./cli/Simulate.ts"),
      ({ simulate }) => simulate(options)
    )
).pipe(
  Command.withDescription("print what a policy would have done in recorded conversations, and how another one differs")
)

const explain = Command.make("explain", { chatId: Options.chatId, db, json }, (options) =>
  Lazy.effect(
    "explain",
    () => import("./cli/Explain.ts"),
    ({ explain }) => explain(options)
  )
).pipe(Command.withDescription("print all that is recorded of a chat: each reading, each decision and its reason"))

const status = Command.make("status", { db, json }, (options) =>
  Lazy.effect(
    "status",
    () => import("./cli/Status.ts"),
    ({ status }) => status(options)
  )
).pipe(Command.withDescription("count the chats by their last decision, and print what is to come"))

const pause = Command.make("pause", { by: Options.by, db, json }, (options) =>
  Lazy.effect(
    "pause",
    () => import("./cli/Pause.ts"),
    ({ pause }) => pause(options)
  )
).pipe(Command.withDescription("hold all follow-ups until resume, also after a restart"))

const resume = Command.make("resume", { by: Options.by, db, confirm: Options.confirm, json }, (options) =>
  Lazy.effect(
    "resume",
    () => import("./cli/Pause.ts"),
    ({ resume }) => resume(options)
  )
).pipe(Command.withDescription("send follow-ups again after a pause"))

const alertTest = Command.make("test", { json }, (options) =>
  Lazy.effect(
    "alert test",
    () => import("./cli/Alert.ts"),
    ({ test }) => test(options)
  )
).pipe(Command.withDescription("send a test alert to FOLLOW_UPS_ALERT_URL"))

const alert = Command.make("alert").pipe(Command.withDescription("alerts to a person"))

const backup = Command.make("backup", { file: Options.file, db, json }, (options) =>
  Lazy.effect(
    "backup",
    () => import("./cli/Backup.ts"),
    ({ backup }) => backup(options)
  )
).pipe(Command.withDescription("copy the ledger to a new file, also while serve runs on it"))

const restore = Command.make("restore", { file: Options.file, db, json }, (options) =>
  Lazy.effect(
    "restore",
    () => import("./cli/Backup.ts"),
    ({ restore }) => restore(options)
  )
).pipe(Command.withDescription("replace the ledger by a copy; the ledger is kept under another name"))

const configPrint = Command.make("print", { json }, (options) =>
  Lazy.effect(
    "config print",
    () => import("./cli/ConfigPrint.ts"),
    ({ configPrint }) => configPrint(serve.descriptor, options)
  )
).pipe(Command.withDescription("print each setting of serve, and where it comes from; secrets are redacted"))

const config = Command.make("config").pipe(Command.withDescription("options and variables"))

/** Each command, and each group of commands, by its names, in the order in which the help lists them. */
export const described = {
  run,
  serve,
  preview,
  doctor,
  policy,
  "policy apply": apply,
  erase,
  "opt-out": optOut,
  "opt-in": optIn,
  import: imports,
  "import opt-outs": importOptOuts,
  export: exports,
  record,
  "record chats": recordChats,
  "record inbox": recordInbox,
  "record log": recordLog,
  simulate,
  explain,
  status,
  config,
  "config print": configPrint,
  pause,
  resume,
  alert,
  "alert test": alertTest,
  backup,
  restore
}

/** The whole command line; each command gets the parts of the network that it uses. */
export const over = <E>({ http, webSocket }: Network<E>) =>
  Command.make("follow-ups").pipe(
    Command.withSubcommands([
      Command.provide(run, http),
      serve.pipe(Command.provide(http), Command.provide(webSocket)),
      Command.provide(preview, http),
      Command.provide(doctor, http),
      Command.withSubcommands(policy, [apply]),
      erase,
      optOut,
      optIn,
      Command.withSubcommands(imports, [importOptOuts]),
      exports,
      Command.withSubcommands(record, [
        Command.provide(recordChats, http),
        Command.provide(recordInbox, http),
        recordLog
      ]),
      simulate,
      explain,
      status,
      Command.withSubcommands(config, [configPrint]),
      pause,
      resume,
      Command.withSubcommands(alert, [Command.provide(alertTest, http)]),
      backup,
      restore
    ])
  )
