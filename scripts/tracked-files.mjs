// Fails where git tracks a file that a program left behind: one without content, or one whose name is not made of letters, digits
// and `.`, `_`, `-`, `@`. A commit of everything in the folder takes such files along, and no other check reads them.
import { spawnSync } from "node:child_process"
import { statSync } from "node:fs"

const { status, stdout, stderr } = spawnSync("git", ["ls-files", "-z"], { encoding: "utf8" })
if (status !== 0) {
  console.error(`git could not list the files it tracks: ${stderr}`)
  process.exit(1)
}

const isOdd = (file) =>
  !/^[\w./@-]+$/.test(file) || (statSync(file, { throwIfNoEntry: false })?.size === 0 && !file.includes("/fixtures/"))

const odd = stdout.split("\0").filter((file) => file !== "" && isOdd(file))
for (const file of odd) console.error(`${file}: git tracks this file, but it is empty or has an unusual name`)
if (odd.length > 0) process.exit(1)
