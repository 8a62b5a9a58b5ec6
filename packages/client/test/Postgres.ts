/** A PostgreSQL of the test's own, from the server that is installed, on a free port and gone afterwards. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { execFileSync, spawn, type SpawnOptions } from "node:child_process"
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer, type AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

const debian = "/usr/lib/postgresql"

/** Where the server's programs are, if there are any. */
const programs: string | undefined = [
  ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, "bin")) : []),
  ...(process.env["PATH"] ?? "").split(delimiter)
].find((folder) => existsSync(join(folder, "initdb")))

/** Runs these tests where there is a server, and says so where there is none. */
export const whereInstalled = (name: string, tests: () => void): void => {
  if (programs !== undefined) return tests()
  console.warn(`NOT TESTED: ${name}: no PostgreSQL server is installed here`)
}

/** PostgreSQL refuses to be root. */
const owner = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (user: string, flag: string) => Number(execFileSync("id", [flag, user], { stdio: ["ignore", "pipe", "ignore"] }))
  try {
    return { uid: idOf("postgres", "-u"), gid: idOf("postgres", "-g") }
  } catch {
    return { uid: idOf("nobody", "-u"), gid: idOf("nobody", "-g") }
  }
}

const freePort = Effect.async<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

export class Postgres extends Context.Tag("test/Postgres")<
  Postgres,
  {
    readonly url: string
    /** Stops the server at once, or lets it stand still and go on. */
    readonly signal: (signal: "SIGQUIT" | "SIGSTOP" | "SIGCONT") => void
  }
>() {}

export const layer = Layer.scoped(
  Postgres,
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "postgres-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const user = owner()
    if (user !== undefined) chownSync(folder, user.uid, user.gid)
    const options: SpawnOptions = { stdio: "ignore", cwd: folder, ...user }
    const data = join(folder, "data")
    const at = (program: string) => join(programs ?? "", program)
    execFileSync(at("initdb"), ["-D", data, "-A", "trust", "-U", "invent", "-E", "UTF8", "--no-sync"], { ...options, stdio: "ignore" })
    const port = yield* freePort
    const settings = ["-p", String(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off"]
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(at("postgres"), ["-D", data, ...settings], options)),
      (server) =>
        Effect.async<void>((resume) => {
          if (server.exitCode !== null || server.signalCode !== null) return resume(Effect.void)
          server.once("exit", () => resume(Effect.void))
          server.kill("SIGCONT")
          server.kill("SIGQUIT")
        })
    )
    return { url: `postgres://invent@127.0.0.1:${port}/postgres`, signal: (signal) => server.kill(signal) }
  })
)

/** Connections to it, once it is ready for them. */
export const client = Layer.unwrapEffect(
  Effect.map(Postgres, ({ url }) =>
    Layer.retry(PgClient.layer({ url: Redacted.make(url) }), Schedule.intersect(Schedule.spaced("100 millis"), Schedule.recurs(300)))
  )
)
