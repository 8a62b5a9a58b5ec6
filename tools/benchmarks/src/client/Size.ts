/** How large a program that makes one call is, bundled, minified and compressed: what a function in the cloud loads. */
import * as esbuild from "esbuild"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"

export interface Size {
  /** Bytes, gzip level 9. */
  readonly gzip: number
  readonly minified: number
  /** Minified bytes by package or by module, the largest first. */
  readonly parts: ReadonlyArray<readonly [part: string, bytes: number]>
}

/** One call and nothing else, as a program of one call has it. */
const ours = (from: string, module: string, layer: string) => `
import * as InventClient from "@effect-invent/client/InventClient"
import { ChatId } from "@effect-invent/domain/Ids"
import * as ${module} from "${from}/${module}"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
const messages = Effect.flatMap(InventClient.InventClient, (invent) =>
  invent.messages.list({ path: { chat_id: ChatId.make("chat_1") } })
)
const invent = InventClient.layer({ apiKey: Redacted.make(process.argv[2]) })
console.log(await Effect.runPromise(messages.pipe(Effect.provide(invent), Effect.provide(${module}.${layer}))))
`

/** The same for whom every byte counts: of the contract only what is called. */
const oneGroup = `
import * as InventGroup from "@effect-invent/client/InventGroup"
import { Messages } from "@effect-invent/domain/api/Messages"
import { ChatId } from "@effect-invent/domain/Ids"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
const messages = Effect.flatMap(InventGroup.make(Messages, { apiKey: Redacted.make(process.argv[2]) }), (messages) =>
  messages.list({ path: { chat_id: ChatId.make("chat_1") } })
)
console.log(await Effect.runPromise(Effect.provide(messages, FetchHttpClient.layer)))
`

/** The other competitors are so small that the second call they can make is a few bytes. */
const theirs = (competitor: string) => `
import { connect } from "./competitors/${competitor}.js"
const client = await connect({ url: "http://127.0.0.1:8080", quota: { limit: 500, window: 60_000 } })
console.log(await client.get())
`

const program = (competitor: string): string => {
  switch (competitor) {
    case "invent-fetch":
      return ours("@effect/platform", "FetchHttpClient", "layer")
    case "invent-group":
      return oneGroup
    case "invent-undici":
      return ours("@effect/platform-node", "NodeHttpClient", "layerUndici")
    default:
      return theirs(competitor)
  }
}

/** The path of a module behind the name of its package, or of ours. */
const place = (path: string): string =>
  path.replace(/^.*node_modules\//, "").replace(/^(\.\.\/)*packages\//, "@effect-invent/")

const packageOf = (place: string): string => /^(@[^/]+\/)?[^/]+/.exec(place)![0]

const summed = (entries: ReadonlyArray<readonly [string, number]>) => {
  const sums = new Map<string, number>()
  for (const [name, bytes] of entries) sums.set(name, (sums.get(name) ?? 0) + bytes)
  return [...sums].toSorted(([, a], [, b]) => b - a)
}

const here = fileURLToPath(new URL(".", import.meta.url))

/** The example of a program on Effect 4 that calls the client, which is on Effect 3. */
const onEffect4 = fileURLToPath(new URL("../../../../examples/effect-4/Main.ts", import.meta.url))

const bundled = (
  competitor: string,
  minify: Pick<esbuild.BuildOptions, `minify${string}` & keyof esbuild.BuildOptions>
) =>
  esbuild.build({
    ...(competitor === "effect-4"
      ? { entryPoints: [onEffect4] }
      : { stdin: { contents: program(competitor), resolveDir: here } }),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    legalComments: "none",
    metafile: true,
    write: false,
    ...minify
  })

const gzip = (contents: string | Uint8Array): number => gzipSync(contents, { level: 9 }).length

export const measure = async (competitor: string): Promise<Size> => {
  const { metafile, outputFiles } = await bundled(competitor, { minify: true })
  const { contents } = outputFiles[0]!
  const [output] = Object.values(metafile.outputs)
  const modules = Object.entries(output!.inputs).map(
    ([path, { bytesInOutput }]) => [place(path), bytesInOutput] as const
  )
  return { gzip: gzip(contents), minified: contents.length, parts: summed(modules) }
}

/** The modules of other packages that a module of ours imports, itself or by others of ours. */
export const importedBy = async (module: string): Promise<ReadonlyArray<string>> => {
  const { metafile } = await esbuild.build({
    stdin: { contents: `export * from ${JSON.stringify(module)}`, resolveDir: here },
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["effect", "@effect/*"],
    metafile: true,
    write: false
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
  return [...new Set(imports.flatMap(({ external, path }) => (external === true ? [path] : [])))].toSorted()
}

export const byPackage = ({ parts }: Size): Size["parts"] =>
  summed(parts.map(([part, bytes]) => [packageOf(part), bytes]))

const isOurs = (path: string) => !/^(effect|@effect\/platform)\//.test(place(path))

/** All that a program on Effect 4 would not have without the client, Effect 3 among it. */
const isBesideEffect4 = (path: string) => !/\/effect@4\.|\/Main\.ts$/.test(path)

/** With its line ends, a bundle shows where each module begins. */
const without = (bundle: string, isLeftOut: (path: string) => boolean): string => {
  let isKept = true
  const lines = bundle.split("\n").filter((line) => {
    const module = /^\/\/ (\S+)$/.exec(line)?.[1]
    if (module !== undefined) isKept = !isLeftOut(module)
    return isKept
  })
  return lines.join("\n")
}

/**
 * What we add to what effect and its platform bring to such a program: it without our modules is so much smaller. To a
 * program on Effect 4 we add Effect 3, too. Its parts are our modules in either case.
 */
export const added = async (competitor: string): Promise<Size> => {
  const isAdded = competitor === "effect-4" ? isBesideEffect4 : isOurs
  const [{ parts }, { outputFiles }] = await Promise.all([
    measure(competitor),
    bundled(competitor, { minifyIdentifiers: true, minifySyntax: true })
  ])
  const { text } = outputFiles[0]!
  const [whole, rest] = await Promise.all(
    [text, without(text, isAdded)].map((code) => esbuild.transform(code, { minifyWhitespace: true, target: "node20" }))
  )
  return {
    gzip: gzip(whole!.code) - gzip(rest!.code),
    minified: whole!.code.length - rest!.code.length,
    parts: parts.filter(([part]) => isOurs(part))
  }
}
