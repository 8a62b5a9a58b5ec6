/**
 * The file that keeps the world across restarts: one line for each change, written before the change is answered. A
 * line that a crash cut short is left out when the file is read again; anything else that is wrong refuses the file.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import { createHash } from "node:crypto"
import {
  accessSync,
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { dirname } from "node:path"
import * as ProcessLock from "./ProcessLock.ts"
import type { Row } from "./Rows.ts"

/** The state file cannot be used; nothing was changed in it. */
export class StateUnusable extends Schema.TaggedError<StateUnusable>()("StateUnusable", {
  file: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `state ${this.file}: ${this.reason}`
  }
}

/** A file that rows are added to. A row that was written survives a crash of the process. */
export interface Journal {
  /** What was written before, in its order; a later row of the same key replaces the earlier. */
  readonly rows: ReadonlyArray<Row>
  /** Replaces all that was written by these rows. */
  readonly rewrite: (rows: ReadonlyArray<Row>) => Effect.Effect<void>
  /** One change: all of its rows or, after a crash, none. */
  readonly append: (rows: ReadonlyArray<Row>) => Effect.Effect<void>
}

/** None, by default: the world is gone with the process. */
export class CurrentJournal extends Context.Reference<CurrentJournal>()("@effect-invent/emulator/Journal", {
  defaultValue: (): Journal | null => null
}) {}

const header = '{"invent_emulator_state":2}'

const checksum = (json: string) => createHash("sha256").update(json).digest("hex").slice(0, 16)

const toLine = (rows: ReadonlyArray<Row>) => {
  const json = JSON.stringify(rows)
  return `${checksum(json)} ${json}\n`
}

const fromLine = (line: string): ReadonlyArray<Row> | undefined => {
  const json = line.slice(17)
  return line[16] === " " && line.slice(0, 16) === checksum(json) ? (JSON.parse(json) as ReadonlyArray<Row>) : undefined
}

/** A left is the reason why the text is no state. */
const read = (text: string): ReadonlyArray<Row> | { readonly reason: string } => {
  const [first = "", ...lines] = text.split("\n")
  if (lines.length === 0) {
    return header.startsWith(first) ? [] : { reason: "is not a state file of the emulator; name another" }
  }
  if (first !== header) return { reason: "is not a state file of this version of the emulator; name another" }
  lines.pop()
  const rows: Array<Row> = []
  for (const [index, line] of lines.entries()) {
    const change = fromLine(line)
    if (change === undefined) return { reason: `line ${index + 2} was altered; restore the file, or name another` }
    for (const row of change) rows.push(row)
  }
  return rows
}

const attempt = <A>(file: string, action: () => A): Effect.Effect<A, StateUnusable> =>
  Effect.try({ try: action, catch: (error) => new StateUnusable({ file, reason: (error as Error).message }) })

const textOf = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : "")

/** What a link leads to is the file, whatever the link is called. */
const realOf = (name: string) => (existsSync(name) ? realpathSync(name) : name)

/** The old text or the new one, whole, also where the disk is full or the power fails. */
const replace = (file: string, text: string): void => {
  const next = `${file}.next`
  try {
    writeFileSync(next, text, { flush: true })
    renameSync(next, file)
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
}

/**
 * Reads the file and keeps it for this process alone. `broken` fails when a change can no longer be written. Writing is
 * synchronous: no change is ever half in the file and half not while others go on.
 */
export const open = Effect.fnUntraced(function* (
  name: string
): Effect.fn.Return<Journal & { readonly broken: Effect.Effect<never, StateUnusable> }, StateUnusable, Scope> {
  const broken = yield* Deferred.make<never, StateUnusable>()
  yield* attempt(name, () => accessSync(dirname(name)))
  const file = yield* attempt(name, () => realOf(name))
  yield* Effect.mapError(
    ProcessLock.acquire(`${file}.lock`),
    ({ message }) => new StateUnusable({ file: name, reason: message })
  )
  const found = read(yield* attempt(name, () => textOf(file)))
  if ("reason" in found) return yield* new StateUnusable({ file: name, reason: found.reason })
  let descriptor: number = yield* attempt(name, () => openSync(file, "a"))
  yield* Effect.addFinalizer(() => Effect.sync(() => closeSync(descriptor)))

  const orBreak = (action: () => void) =>
    Effect.catchAll(attempt(name, action), (error) => Effect.zipRight(Deferred.fail(broken, error), Effect.die(error)))

  return {
    rows: found,
    rewrite: (rows) =>
      orBreak(() => {
        replace(file, [`${header}\n`, ...rows.map((row) => toLine([row]))].join(""))
        closeSync(descriptor)
        descriptor = openSync(file, "a")
      }),
    append: (rows) => (rows.length === 0 ? Effect.void : orBreak(() => appendFileSync(descriptor, toLine(rows)))),
    broken: Deferred.await(broken)
  }
})
