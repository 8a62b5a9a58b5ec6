/**
 * What the Dockerfile puts into its image, run without an engine: the files that it copies, its command and its health
 * check, in a folder in place of the image's root.
 */
import * as Emulator from "@effect-invent/emulator/Emulator"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { spawn, spawnSync } from "node:child_process"
import { isBuiltin } from "node:module"
import { fileURLToPath } from "node:url"
import * as Yaml from "yaml"
import * as CommandLine from "./CommandLine.ts"
import { freePort } from "./Postgres.ts"

const repository = fileURLToPath(new URL("../../../", import.meta.url))

/** The list of an instruction such as `CMD ["node"]`, in its last place. */
const listOf = (dockerfile: string, instruction: string): ReadonlyArray<string> => {
  const lists = [...dockerfile.matchAll(new RegExp(`^(?:.* )?${instruction} (\\[.*\\])$`, "gm"))]
  return JSON.parse(lists.at(-1)?.[1] ?? "[]")
}

it.live("the files of the image are all that its command and its health check need", () =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { apiKey, url } = yield* Emulator.Emulator
    const dockerfile = yield* files.readFileString(`${repository}deploy/Dockerfile`)
    const root = yield* files.makeTempDirectoryScoped()
    const port = yield* freePort
    const inImage = (word: string) => word.replaceAll("8081", String(port)).replace(/^(?=\/(?:opt|etc)\/)/, root)
    const [, stage = ""] = dockerfile.split(/^FROM .*slim$/m)
    const workdir = /^WORKDIR (.*)$/m.exec(stage)?.[1] ?? ""
    const copies = [...stage.matchAll(/^COPY --from=build \/src\/(\S+) (\S+)$/gm)]
    expect(copies.length).toBeGreaterThan(3)
    for (const [, from = "", to = ""] of copies) {
      const target = to.startsWith("/") ? `${root}${to}` : `${root}${workdir}/${to}`
      const folder = to.endsWith("/") ? target : target.replace(/[^/]+$/, "")
      yield* files.makeDirectory(folder, { recursive: true })
      yield* files.copy(`${repository}${from}`, to.endsWith("/") ? `${target}${from.split("/").at(-1)}` : target)
    }
    // The Node of the image has SQLite; an older one of this machine needs the package.
    if (!isBuiltin("node:sqlite"))
      yield* files.symlink(`${repository}apps/follow-up-scheduler/node_modules`, `${root}${workdir}/node_modules`)
    const cwd = yield* files.makeTempDirectoryScoped()
    const [, ...program] = listOf(dockerfile, "ENTRYPOINT").map(inImage)
    const command = listOf(stage.replace(/^HEALTHCHECK.*$/m, ""), "CMD").map(inImage)
    const [, ...check] = listOf(/^HEALTHCHECK.*$/m.exec(stage)?.[0] ?? "", "CMD").map(inImage)
    const isHealthy = Effect.sync(() => spawnSync(process.execPath, check).status)
    expect(yield* isHealthy).toBe(1)
    const serving = yield* Effect.acquireRelease(
      Effect.sync(() => {
        const env = {
          INVENT_API_KEY: Redacted.value(apiKey("scheduler")),
          INVENT_BASE_URL: url,
          NODE_ENV: "production"
        }
        const child = spawn(process.execPath, [...program, ...command], {
          cwd,
          env,
          stdio: ["ignore", "ignore", "inherit"]
        })
        return { child, ended: new Promise((resolve) => child.on("exit", resolve)) }
      }),
      ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
    )
    yield* Effect.raceFirst(
      Effect.repeat(isHealthy, { until: (code) => code === 0, schedule: Schedule.spaced("200 millis") }),
      Effect.flatMap(
        Effect.promise(() => serving.ended),
        (code) => Effect.dieMessage(`it ended with ${String(code)}`)
      )
    )
    expect(yield* files.readDirectory(cwd)).toContain("follow-ups.db")
    serving.child.kill("SIGTERM")
    expect(yield* Effect.promise(() => serving.ended)).toBe(143)
  }).pipe(Effect.scoped, Effect.provide(Layer.merge(Emulator.layerServer({}), NodeContext.layer)))
)

it.live("the command of the compose file is one of the program's", () =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const { services } = Yaml.parse(yield* files.readFileString(`${repository}deploy/compose.yaml`))
    const [name, ...options]: ReadonlyArray<string> = services["follow-ups"].command
    expect(options.length).toBeGreaterThan(3)
    const { stdout } = yield* CommandLine.run([name ?? "", "--help"])
    for (const option of options) expect(stdout).toContain(`  ${option.split("=")[0]}`)
  }).pipe(Effect.provide(NodeContext.layer))
)
