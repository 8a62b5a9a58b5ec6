/**
 * `pnpm test:month`: as many months as given, on all cores. Exits with 1 where the checker found a violation, with
 * 2 where a month broke off.
 */
import { render } from "@effect-invent/follow-up-checker/Checker"
import { type ChildProcess, fork } from "node:child_process"
import { writeFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import * as Month from "./Month.ts"

const usage =
  "usage: pnpm test:month [--seeds 100 | --seed N [--log FILE]] [--conversations 50] [--watch events | inbox]"

const refuse = (reason: string): never => {
  console.error(`${reason}\n${usage}`)
  return process.exit(2)
}

const parse = () => {
  try {
    const options = {
      seeds: { type: "string" },
      seed: { type: "string" },
      conversations: { type: "string" },
      watch: { type: "string" },
      log: { type: "string" }
    } as const
    return parseArgs({ options }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

const given = parse()

const count = (name: "seeds" | "seed" | "conversations", otherwise: number): number => {
  const text = given[name] ?? String(otherwise)
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : refuse(`--${name}: expected a number from 1, got ${text}`)
}

const watchOf = (text = "events"): "events" | "inbox" =>
  text === "events" || text === "inbox" ? text : refuse(`--watch: expected events or inbox, got ${text}`)

const conversations = count("conversations", 50)
const watch = watchOf(given.watch)
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(0)} s`

const replay = async (seed: number) => {
  const { fired, kills, log, verdict } = await Effect.runPromise(Month.run({ seed, conversations, watch }))
  console.log(render(verdict))
  console.log(
    `kills: ${kills}; faults: ${Object.entries(fired)
      .map(([name, times]) => `${name} ${times}`)
      .join(", ")}`
  )
  if (given.log !== undefined) writeFileSync(given.log, log)
  return verdict.violations.length === 0 ? 0 : 1
}

type Answer = Pick<Month.Outcome, "verdict" | "fired" | "kills"> | { readonly failure: string }

const run = (worker: ChildProcess, settings: Month.Settings): Promise<Answer> =>
  new Promise((resolve) => {
    const ended = (code: number | null) => resolve({ failure: `the process ended with ${code}` })
    worker.once("exit", ended)
    worker.once("message", (answer) => {
      worker.off("exit", ended)
      resolve(answer as Answer)
    })
    worker.send(settings)
  })

const playAll = async (seeds: number) => {
  const started = performance.now()
  const totals = { followUps: 0, violations: 0, races: 0, faults: 0, kills: 0, requests: 0, failures: 0 }
  let next = 1
  let done = 0
  const report = (seed: number, text: string) =>
    console.log(`${text}\n  replay: pnpm test:month --seed ${seed} --conversations ${conversations} --watch ${watch}`)

  const take = (seed: number, answer: Answer) => {
    done++
    if ("failure" in answer) {
      totals.failures++
      return report(seed, `seed ${seed} broke off: ${answer.failure}`)
    }
    const { fired, kills, verdict } = answer
    totals.followUps += verdict.followUps
    totals.violations += verdict.violations.length
    totals.races += verdict.races.count
    totals.requests += Object.values(verdict.requests).reduce((sum, each) => sum + each, 0)
    totals.kills += kills
    totals.faults += Object.values(fired).reduce((sum, each) => sum + each, 0)
    if (verdict.violations.length > 0) report(seed, `seed ${seed}: ${render(verdict)}`)
    else if (done % 10 === 0) console.log(`${done} of ${seeds} months, ${seconds(started)}`)
  }

  const work = async () => {
    const worker = fork(new URL("../dist/Worker.js", import.meta.url), {
      execArgv: ["--max-semi-space-size=64"],
      stdio: ["ignore", "inherit", "inherit", "ipc"]
    })
    while (next <= seeds) {
      const seed = next++
      take(seed, await run(worker, { seed, conversations, watch }))
      if (worker.exitCode !== null) return
    }
    worker.kill()
  }
  await Promise.all(Array.from({ length: Math.min(seeds, availableParallelism()) }, work))
  const { failures, faults, followUps, kills, races, requests, violations } = totals
  console.log(
    `${conversations} conversations × ${done} seeds in ${seconds(started)}: ${followUps} follow-ups, ${races} ` +
      `races, ${requests} requests, ${faults} faults, ${kills} kills, ${violations} violations`
  )
  if (failures > 0 || done < seeds) return 2
  return violations > 0 ? 1 : 0
}

process.exitCode = given.seed === undefined ? await playAll(count("seeds", 100)) : await replay(count("seed", 1))
