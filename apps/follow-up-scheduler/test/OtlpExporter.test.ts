/** A collector that cannot be reached, or refuses what it gets, is named in the log, and not again and again. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpClientError from "@effect/platform/HttpClientError"
import { describe, expect } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { it } from "../../../tools/testing/it.ts"
import * as Exporter from "../src/Operations/OtlpExporter/Exporter.ts"

const settings = {
  endpoint: new URL("http://collector/"),
  headers: {},
  serviceName: "follow-ups",
  interval: Duration.minutes(1)
}

const collectors = {
  "answers 500": HttpClient.make((request) =>
    Effect.succeed(HttpClientResponse.fromWeb(request, new Response(null, { status: 500 })))
  ),
  "cannot be reached": HttpClient.make((request) =>
    Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause: new Error("refused") }))
  )
}

describe("a collector of metrics", () => {
  for (const [what, client] of Object.entries(collectors)) {
    it.scoped(`that ${what} is named in the log, and again after ten minutes`, () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const logger = Logger.make(({ message }) => void lines.push(String(message)))
        const collector = Layer.succeed(HttpClient.HttpClient, client)
        const exporter = Layer.provide(Exporter.layer(settings), collector)
        yield* Layer.build(Layer.provide(exporter, Logger.replace(Logger.defaultLogger, logger)))
        const named = () => lines.filter((line) => line.includes("OTEL_EXPORTER_OTLP_ENDPOINT"))
        /** How many minutes pass until it is named so often. */
        const minutesUntil = (count: number) =>
          Effect.iterate(0, {
            while: () => named().length < count,
            body: (minutes) => Effect.as(TestClock.adjust("1 minute"), minutes + 1)
          })
        yield* minutesUntil(1)
        expect(yield* minutesUntil(2)).toBeGreaterThanOrEqual(10)
        expect(new Set(named())).toEqual(
          new Set([`the collector of OTEL_EXPORTER_OTLP_ENDPOINT ${what}; metrics and spans are lost`])
        )
      })
    )
  }
})
