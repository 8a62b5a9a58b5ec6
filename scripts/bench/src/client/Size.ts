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

/** One call and nothing else, as somebody writes it who has one call to make. */
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

/** The other contenders are so small that the second call they can make is a few bytes. */
const theirs = (contender: string) => `
import { connect } from "./contenders/${contender}.js"
const client = await connect({ url: "http://127.0.0.1:8080", quota: { limit: 500, window: 60_000 } })
console.log(await client.get())
`

const program = (contender: string): string => {
  switch (contender) {
    case "invent-fetch":
      return ours("@effect/platform", "FetchHttpClient", "layer")
    case "invent-undici":
      return ours("@effect/platform-node", "NodeHttpClient", "layerUndici")
    default:
      return theirs(contender)
  }
}

/** The path of a module behind the name of its package, or of ours. */
const place = (path: string): string => path.replace(/^.*node_modules\//, "").replace(/^(\.\.\/)*packages\//, "@effect-invent/")

const packageOf = (place: string): string => /^(@[^/]+\/)?[^/]+/.exec(place)![0]

const summed = (entries: ReadonlyArray<readonly [string, number]>) => {
  const sums = new Map<string, number>()
  for (const [name, bytes] of entries) sums.set(name, (sums.get(name) ?? 0) + bytes)
  return [...sums].toSorted(([, a], [, b]) => b - a)
}

export const measure = async (contender: string, external: ReadonlyArray<string> = []): Promise<Size> => {
  const { metafile, outputFiles } = await esbuild.build({
    stdin: { contents: program(contender), resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20",
    legalComments: "none",
    external: [...external],
    metafile: true,
    write: false
  })
  const { contents } = outputFiles[0]!
  const [output] = Object.values(metafile.outputs)
  const modules = Object.entries(output!.inputs).map(([path, { bytesInOutput }]) => [place(path), bytesInOutput] as const)
  return { gzip: gzipSync(contents, { level: 9 }).length, minified: contents.length, parts: summed(modules) }
}

export const byPackage = ({ parts }: Size): Size["parts"] => summed(parts.map(([part, bytes]) => [packageOf(part), bytes]))

/** What is ours of such a program: the same with everything left out that effect and its platform bring. */
export const oursAlone = (): Promise<Size> => measure("invent-fetch", ["effect", "@effect/platform"])
