/** The child's side of `Child.ts`. */
import type { Job } from "./Child.ts"

const [job, args] = process.argv.slice(2)
const { run } = (await import(job!)) as Job<unknown, unknown>
const result = await run(JSON.parse(args!))
process.send!(result, undefined, undefined, () => process.exit(0))
