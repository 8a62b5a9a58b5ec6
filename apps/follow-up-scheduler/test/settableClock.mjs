/**
 * Loaded before the program by `node --import`: the program as it is, with clocks that another process sets while it
 * runs. The file `CLOCK_FILE` holds two numbers of eight bytes, in milliseconds: how far the wall clock is ahead, and
 * how far the monotonic clock is behind. Timers go by neither: they take the time that they take.
 */
import { openSync, readSync } from "node:fs"

const file = openSync(process.env.CLOCK_FILE ?? "", "r")
const settings = new Float64Array(2)
const read = () => void readSync(file, settings, 0, 16, 0)

const wall = Date.now
Date.now = () => (read(), wall() + settings[0])

const monotonic = process.hrtime.bigint
process.hrtime.bigint = () => (read(), monotonic() - BigInt(Math.round(settings[1] * 1e6)))

const precise = performance.now.bind(performance)
performance.now = () => (read(), precise() - settings[1])
