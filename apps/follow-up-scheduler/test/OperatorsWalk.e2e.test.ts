/** Walks through docs/walk.md as an operator does: each command as it stands there, and what it prints. */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as ProgramProcess from "@effect-invent/test-support/ProgramProcess"
import * as Requirement from "@effect-invent/test-support/Requirement"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { onTestFailed } from "vitest"

const checkout = fileURLToPath(new URL("../../../", import.meta.url))
const program = `${checkout}apps/follow-up-scheduler/dist/bin/follow-ups.js`
const walk = readFileSync(`${checkout}docs/walk.md`, "utf8")

/** A block of commands, and what they print: the block after it that names no language. */
interface Step {
  readonly commands: string
  readonly prints: string
}

const steps: ReadonlyArray<Step> = [...walk.matchAll(/^```sh\n([\s\S]*?)^```$(?:\n\n^```\n([\s\S]*?)^```$)?/gm)].map(
  ([, commands = "", prints = ""]) => ({ commands, prints })
)

/** The only step with this in it. */
const step = (part: string): Step => {
  const found = steps.filter(({ commands }) => commands.includes(part))
  expect(found, part).toHaveLength(1)
  return found[0]!
}

/** A root of its own, in which `follow-ups` is the program that was built. */
const makeRoot = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const root = yield* files.makeTempDirectoryScoped()
  for (const folder of ["bin", "usr/bin", "var/lib/follow-ups"])
    yield* files.makeDirectory(`${root}/${folder}`, { recursive: true })
  for (const [file, text] of [
    ["bin/follow-ups", `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`],
    // systemd looks whether they are there, and does not run them.
    ["bin/kill", "#!/bin/sh\n"],
    ["usr/bin/node", "#!/bin/sh\n"]
  ]) {
    yield* files.writeFileString(`${root}/${file}`, text ?? "")
    yield* files.chmod(`${root}/${file}`, 0o755)
  }
  return root
})

type Env = Readonly<Record<string, string>>

/** Runs commands in one shell; gives what they print on both outputs, with `$ROOT` in place of the root. */
const shell =
  (root: string, env: Env = {}) =>
  (commands: string) =>
    Effect.async<string>((resume) => {
      const text = commands.replace("cd /opt/effect-invent ", `cd ${checkout} `)
      const path = `${root}/bin:${process.env["PATH"] ?? ""}`
      const options = { cwd: `${root}/var/lib/follow-ups`, env: { ...env, ROOT: root, PATH: path } }
      execFile("bash", ["--norc", "-eu", "-o", "pipefail", "-c", `exec 2>&1\n${text}`], options, (error, stdout) =>
        resume(error === null ? Effect.succeed(stdout.replaceAll(root, "$ROOT")) : Effect.dieMessage(stdout))
      )
    })

/** Text in the form of the document, without times. */
const stable = (text: string) => text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "…")

/** Repeats commands until they print what the document shows; a test that fails prints what they printed last. */
const eventually = (run: Effect.Effect<string>, expected: string) => {
  let printed = ""
  onTestFailed(() => console.log(`expected\n${expected}\nprinted\n${printed}`))
  return Effect.repeat(
    Effect.tap(run, (output) => Effect.sync(() => (printed = stable(output)))),
    { until: () => printed === expected, schedule: Schedule.spaced("500 millis") }
  )
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** Waits until the service has printed each of these lines. Chats are followed up in any order. */
const prints = (service: ProgramProcess.Running, root: string, lines: string) =>
  Effect.forEach(
    lines.trimEnd().split("\n"),
    (line) => {
      const text = escaped(line.replaceAll("$ROOT", root)).replaceAll("…", String.raw`\S+`)
      return service.prints(new RegExp(`^${text}$`, "m"))
    },
    { discard: true }
  )

/** The command of the unit, as a service manager starts it: with the paths of this root. */
const startUnit = Effect.fnUntraced(function* (root: string, env: Env) {
  const files = yield* FileSystem.FileSystem
  const written = yield* files.readFileString(`${root}/etc/systemd/system/follow-ups.service.d/policies.conf`)
  const [, command = ""] = /^ExecStart=\/usr\/bin\/node (.+)$/m.exec(written) ?? []
  const [file = "", ...args] = command.split(" ")
  const paths = args.map((word) => word.replace(/^(?=\/(etc|var)\/)/, root))
  return yield* ProgramProcess.start(`${checkout}${file}`, paths, { cwd: checkout, env })
})

/** Three contacts on WhatsApp and one elsewhere, who have asked something and were answered. */
const arrive = Effect.gen(function* () {
  const { world } = yield* Emulator.Emulator
  for (const type of ["whatsapp_bot", "whatsapp_bot", "whatsapp_bot", "custom"] as const) {
    const contact = yield* world.addContact({ name: "Ada", country: "IE", channels: [{ type }] })
    yield* world.startChat({ channelId: contact.channels[0]!.id, text: "Do you ship to Malta?" })
  }
})

const systemd = [Requirement.program("systemd-analyze", "systemd"), Requirement.program("systemctl", "systemd")]

Requirement.describeWith(systemd, "the walk", () => {
  it.live("installs the unit into a root, where systemd finds nothing wrong with it", () =>
    Effect.gen(function* () {
      const root = yield* makeRoot
      const run = shell(root)
      // The units that it waits for, as every root of a distribution has them.
      yield* run("mkdir -p $ROOT/usr/lib/systemd; cp -r /usr/lib/systemd/system $ROOT/usr/lib/systemd/")
      yield* run(step("install -D").commands)
      const { commands, prints } = step("systemd-analyze")
      expect(yield* run(commands)).toBe(prints)
      yield* run("rm $ROOT/usr/bin/node")
      expect(String(yield* Effect.flip(Effect.sandbox(run(commands))))).toContain("/usr/bin/node is not executable")
    }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
  )
})

it.live("an operator's walk prints what the document shows", () =>
  Effect.gen(function* () {
    const { apiKey, url } = yield* Emulator.Emulator
    yield* arrive
    const root = yield* makeRoot
    const env = { INVENT_API_KEY: Redacted.value(apiKey("scheduler")), INVENT_BASE_URL: url }
    const run = shell(root, env)
    expect(yield* run(step("install -D").commands)).toBe("")
    const imported = step("import opt-outs")
    expect(yield* run(imported.commands)).toBe(imported.prints)

    const service = yield* startUnit(root, { ...env, FOLLOW_UPS_SWEEP_EVERY: "200 millis" })
    yield* prints(service, root, step("systemctl start").prints)
    const status = step("follow-ups status")
    yield* eventually(run(status.commands), status.prints)

    const paused = step("pause --by")
    expect(stable(yield* run(paused.commands))).toBe(paused.prints)

    for (const change of ["s/2 seconds/soon/", "s/soon/3 seconds/"]) {
      const reloaded = step(change)
      yield* run(reloaded.commands.replace("journalctl -u follow-ups\n", ""))
      yield* prints(service, root, reloaded.prints)
    }

    const exported = step("export --contact")
    expect(stable(yield* run(exported.commands.replace("systemctl stop follow-ups\n", "")))).toBe(exported.prints)
    service.process.kill("SIGTERM")
    const { code } = yield* service.ended
    const unit = yield* run("cat $ROOT/etc/systemd/system/follow-ups.service")
    expect(unit).toContain(`SuccessExitStatus=${code}\n`)
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.merge(Emulator.layerServer({ replyDelay: Duration.millis(50) }), NodeContext.layer))
  )
)
