// Bundles a program into dist/bin of its folder: what `start` and `demo` run, and of the scheduler what is published.
// Each command loads the chunks that it needs. The modules that other programs import stay as tsc built them, in dist.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { basename, join } from "node:path"
import { root } from "./built.mjs"

const requireTool = createRequire(join(root, "apps/follow-up-scheduler/package.json"))

/** Not bundled: native code, and modules that are optional to those that load them. */
const external = ["bufferutil", "msgpackr-extract", "pg-native", "utf-8-validate"]

/** Modules in CommonJS load Node's own by `require`. */
const banner = `import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);`

// Node 22 and newer keep what they compiled, and so start a quarter faster the next time; where the folder is
// read-only, they do not.
const entry = `#!/usr/bin/env node
import * as module from "node:module"
import { fileURLToPath } from "node:url"
module.enableCompileCache?.(fileURLToPath(new URL("compiled", import.meta.url)))
// A reload that comes while the program is being loaded is none: it reads its policies after that. It must not end it.
if (process.argv.includes("serve")) process.on("SIGHUP", () => {})
// What a library will do differently one day is for who builds this, and not for the log of who runs it.
process.noDeprecation = true
await import("./main.js")
`

/**
 * Of undici, what @effect/platform-node uses: a dispatcher and its methods, put together as undici's own index does.
 * Its fetch, caches and mocks would take longer to load than all the rest of a command.
 */
const undici = {
  name: "undici",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^undici$/ }, ({ resolveDir }) => ({
      path: "undici",
      namespace: "undici",
      pluginData: resolveDir
    }))
    onLoad({ filter: /^undici$/, namespace: "undici" }, ({ pluginData }) => ({
      resolveDir: pluginData,
      contents: `
        import * as api from "undici/lib/api/index.js"
        import Agent from "undici/lib/dispatcher/agent.js"
        import Dispatcher from "undici/lib/dispatcher/dispatcher.js"
        import { getGlobalDispatcher } from "undici/lib/global.js"
        const { connect, pipeline, request, stream, upgrade } = api
        Object.assign(Dispatcher.prototype, { connect, pipeline, request, stream, upgrade })
        export { Agent, Dispatcher, getGlobalDispatcher }
        export default { Agent, Dispatcher, getGlobalDispatcher }`
    }))
  }
}

const packageOf = (input) => /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input)

/** What the licences of the packages in the bundle require. */
const notices = (app, inputs) => {
  const folders = new Map(
    inputs.flatMap((input) => (packageOf(input) ? [[packageOf(input)[2], packageOf(input)[1]]] : []))
  )
  const texts = [...folders]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, folder]) => {
      const home = join(app, folder)
      const { license, version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"))
      const files = readdirSync(home).filter((file) => /^licen[cs]e/i.test(file))
      const text = files.length > 0 ? readFileSync(join(home, files[0]), "utf8").trim() : `Licence: ${license}`
      return `${name} ${version}\n\n${text}\n`
    })
  return texts.join(`\n${"-".repeat(80)}\n\n`)
}

/**
 * A program that starts meanwhile finds all it needs: what others load is written first, and what is no longer loaded
 * goes last.
 */
const replace = (out, files) => {
  mkdirSync(out, { recursive: true })
  for (const { contents, mode, name } of files) {
    const part = join(out, `${name}.part`)
    writeFileSync(part, contents, { mode })
    renameSync(part, join(out, name))
  }
  const kept = new Set(["compiled", ...files.map(({ name }) => name)])
  for (const name of readdirSync(out)) if (!kept.has(name)) rmSync(join(out, name))
}

/** `name`: that of the file which starts the program. `folder`: of its package, with the entry `src/main.ts`. */
export const bundle = async (name, folder) => {
  const { build } = requireTool("esbuild")
  const app = join(root, folder)
  const { metafile, outputFiles } = await build({
    absWorkingDir: app,
    entryPoints: ["src/main.ts"],
    outdir: "dist/bin",
    // One folder for all: files of the package are found by their place relative to a module's, see
    // src/operatorPage/Files.ts.
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["source"],
    external,
    plugins: [undici],
    banner: { js: banner },
    // Names stay: the trace of a defect can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    write: false
  })
  const modules = outputFiles.map(({ contents, path }) => ({ name: basename(path), contents }))
  replace(join(app, "dist/bin"), [
    { name: "third-party-notices.txt", contents: notices(app, Object.keys(metafile.inputs)) },
    ...modules.filter(({ name }) => name !== "main.js"),
    ...modules.filter(({ name }) => name === "main.js"),
    { name: `${name}.js`, contents: entry, mode: 0o755 }
  ])
}
