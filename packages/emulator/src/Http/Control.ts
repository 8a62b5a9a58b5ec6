/**
 * The emulator's control routes: the requests it got, the state of its world, and the moves of the people in it.
 * Every route but the page wants the control token, and a request here counts against no limit.
 */
import * as Headers from "@effect/platform/Headers"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { ChannelId, ChatId, ContactId, OrgId } from "@effect-invent/domain/Ids"
import { Instant } from "@effect-invent/domain/schema/Instant"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { createHash, timingSafeEqual } from "node:crypto"
import { Emulator } from "../Emulator.ts"
import * as Log from "../Log.ts"
import { Behaviour, Options } from "../Behaviour.ts"
import { answer, body, done } from "./ControlBody.ts"
import * as ControlClock from "./ControlClock.ts"
import * as ControlSetUp from "./ControlSetUp.ts"
import * as ControlPage from "./ControlPage.ts"
import { notFound, type Refusal } from "../Refusal.ts"
import { RateLimiter } from "./RateLimiter.ts"
import { holding } from "../World.ts"
import { WorldClock } from "../Time/WorldClock.ts"

const prefix = "/_emulator"

/** Whether a request is for the side door. */
export const isFor = (url: string): boolean => url === "/" || url === prefix || url.startsWith(`${prefix}/`)

const digest = (text: string) => createHash("sha256").update(text).digest()

const isToken = (authorization: string | undefined, token: Redacted.Redacted) =>
  timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${Redacted.value(token)}`))

const ChannelType = Schema.Literal(
  "internal",
  "custom",
  "whatsapp_bot",
  "messenger_bot",
  "instagram_dm",
  "tiktok_dm",
  "telegram_bot",
  "gmail",
  "slack_bot",
  "twilio",
  "telnyx",
  "email",
  "google_calendar"
)

const bodies = {
  contact: Schema.Struct({
    name: Schema.NullOr(Schema.String),
    country: Schema.optionalWith(Schema.String, { exact: true }),
    channels: Schema.Array(
      Schema.Struct({ type: ChannelType, user_id: Schema.optionalWith(Schema.String, { exact: true }) })
    )
  }),
  chat: Schema.Struct({ channel_id: ChannelId, text: Schema.optionalWith(Schema.String, { exact: true }) }),
  text: Schema.Struct({ text: Schema.String }),
  state: Schema.Struct({ state: Schema.Literal("OPEN", "SNOOZED", "CLOSED") }),
  mute: Schema.Struct({ until: Schema.NullOr(Instant) }),
  flag: Schema.Struct({ value: Schema.Boolean }),
  advance: Schema.Struct({ by: Schema.String }),
  key: Schema.Struct({ name: Schema.NonEmptyString, org_id: Schema.optionalWith(OrgId, { exact: true }) })
}

const chatId = Effect.map(HttpRouter.params, ({ id }) => ChatId.make(id ?? ""))
const contactId = Effect.map(HttpRouter.params, ({ id }) => ContactId.make(id ?? ""))

/** Only the latest so many, for a page that looks every second. */
const lastParam = HttpServerRequest.schemaSearchParams(
  Schema.Struct({ last: Schema.optional(Schema.NumberFromString.pipe(Schema.int(), Schema.positive())) })
)

const makeRouter = Effect.gen(function* () {
  const { apiKey, faults, log, world } = yield* Emulator
  const { limit } = yield* RateLimiter
  const behaviour = Schema.encodeSync(Behaviour)(yield* Options)
  const clock = yield* WorldClock

  const report = Effect.gen(function* () {
    const { last } = yield* lastParam
    const entries = yield* log.entries
    const requests = entries.filter((entry) => entry.kind === "request")
    return answer(200, {
      now: yield* DateTime.now,
      limit: `${limit.limit} in ${Duration.format(Duration.decode(limit.window))}, ${limit.model}`,
      total: requests.length,
      refused: requests.filter(({ status }) => status === 429).length,
      dropped: yield* log.dropped,
      faults: yield* faults.fired,
      behaviour,
      requests: last === undefined ? requests : requests.slice(-last)
    })
  })

  const everything = Effect.flatMap(lastParam, ({ last }) =>
    Effect.map(world.everything(last === undefined ? {} : { last, withMessages: false }), (all) => answer(200, all))
  )

  const logLines = Effect.map(log.entries, (entries) =>
    HttpServerResponse.text(Log.toJsonLines(entries), { contentType: "application/x-ndjson" })
  )

  const advance = Effect.gen(function* () {
    const { by } = yield* body(bodies.advance)
    yield* clock.advance(yield* ControlClock.duration(by))
    return answer(200, { now: yield* DateTime.now })
  })

  const addKey = Effect.gen(function* () {
    const { name, org_id = world.orgId } = yield* body(bodies.key)
    const owner = org_id === world.orgId ? Option.some(world) : world.below(org_id)
    if (Option.isNone(owner)) return yield* notFound("organization", org_id)
    yield* owner.value.addKey(name)
    return answer(200, { name, key: Redacted.value(apiKey(name, org_id)) })
  })

  return HttpRouter.empty.pipe(
    HttpRouter.get("/report", report),
    HttpRouter.get("/log", logLines),
    HttpRouter.get("/world", everything),
    HttpRouter.post("/clock/advance", advance),
    HttpRouter.post("/keys", addKey),
    HttpRouter.post(
      "/contacts",
      Effect.flatMap(body(bodies.contact), world.addContact).pipe(Effect.map((contact) => answer(200, contact)))
    ),
    HttpRouter.post(
      "/contacts/:id/block",
      Effect.all([contactId, body(bodies.flag)]).pipe(
        Effect.flatMap(([id, { value }]) => world.block(id, value)),
        Effect.as(done)
      )
    ),
    HttpRouter.post(
      "/contacts/:id/unsubscribe",
      Effect.all([contactId, body(bodies.flag)]).pipe(
        Effect.flatMap(([id, { value }]) => world.unsubscribe(id, value)),
        Effect.as(done)
      )
    ),
    HttpRouter.post(
      "/chats",
      Effect.flatMap(body(bodies.chat), ({ channel_id, ...rest }) =>
        world.startChat({ channelId: channel_id, ...rest })
      ).pipe(Effect.map((chat) => answer(200, { id: chat.id })))
    ),
    HttpRouter.post(
      "/chats/:id/messages",
      Effect.flatMap(Effect.all([chatId, body(bodies.text)]), ([id, { text }]) =>
        holding(world, id).contactWrites(id, text)
      ).pipe(Effect.map((message) => answer(200, { id: message.id })))
    ),
    HttpRouter.post(
      "/chats/:id/take-over",
      Effect.flatMap(Effect.all([chatId, body(bodies.text)]), ([id, { text }]) =>
        holding(world, id).takeOver(id, undefined, text)
      ).pipe(Effect.map((message) => answer(200, { id: message.id })))
    ),
    HttpRouter.post(
      "/chats/:id/touch",
      Effect.flatMap(chatId, (id) => holding(world, id).touch(id)).pipe(Effect.as(done))
    ),
    HttpRouter.post(
      "/chats/:id/hand-back",
      Effect.flatMap(chatId, (id) => holding(world, id).handBack(id)).pipe(Effect.as(done))
    ),
    HttpRouter.post(
      "/chats/:id/state",
      Effect.all([chatId, body(bodies.state)]).pipe(
        Effect.flatMap(([id, { state }]) => holding(world, id).setState(id, state)),
        Effect.as(done)
      )
    ),
    HttpRouter.post(
      "/chats/:id/mute",
      Effect.all([chatId, body(bodies.mute)]).pipe(
        Effect.flatMap(([id, { until }]) => holding(world, id).mute(id, until)),
        Effect.as(done)
      )
    ),
    HttpRouter.concat(ControlSetUp.make(world)),
    HttpRouter.prefixAll(prefix)
  )
})

const refused = ({ message, status }: Refusal) => Effect.succeed(answer(status, { message }))
const noRoute = Effect.succeed(answer(404, { message: "There is no such control route" }))

/** `respond` is for the requests that {@link isFor} accepts. */
export const make = (token: Redacted.Redacted) =>
  Effect.gen(function* () {
    const router = yield* makeRouter
    const page = yield* ControlPage.make
    const app = yield* HttpRouter.toHttpApp(router)
    const guarded = app.pipe(
      Effect.catchTags({
        Refusal: refused,
        RouteNotFound: () => noRoute,
        ParseError: (error) =>
          Effect.succeed(answer(400, { message: ParseResult.TreeFormatter.formatErrorSync(error) })),
        RequestError: () => Effect.succeed(answer(400, { message: "The body is not JSON" }))
      }),
      Effect.catchAllCause((cause) =>
        Cause.isInterruptedOnly(cause)
          ? Effect.failCause(cause)
          : Effect.as(
              Effect.logError("A control request could not be handled", cause),
              answer(500, { message: "The emulator failed" })
            )
      )
    )
    const respond = (request: HttpServerRequest.HttpServerRequest) => {
      if (request.url === "/") return Effect.succeed(page)
      return isToken(Option.getOrUndefined(Headers.get(request.headers, "authorization")), token)
        ? guarded
        : Effect.succeed(answer(401, { message: "The control token is missing or wrong" }))
    }
    return { respond }
  })
