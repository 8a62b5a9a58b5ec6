/**
 * Loaded before the program by `node --import`: the program as it is, with a clock that starts at the instant
 * `CLOCK_AT`.
 */
const real = Date.now
const offset = Date.parse(process.env.CLOCK_AT ?? "") - real()
Date.now = () => real() + offset
