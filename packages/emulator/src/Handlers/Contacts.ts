/** Answers `contacts`. */
import * as Contract from "@effect-invent/domain/api/Contacts"
import * as InventApi from "@effect-invent/domain/api/InventApi"
import * as OfContact from "@effect-invent/domain/api/OfContact"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { applies } from "../RequestContext.ts"
import * as Answering from "./Answering.ts"
import * as Approving from "./Approving.ts"

const contacts = Answering.paged(Contract.list.successSchema)
const fields = Answering.paged(Contract.listFields.successSchema)
const segments = Answering.paged(OfContact.listSegments.successSchema)
const notes = Answering.paged(OfContact.listNotes.successSchema)
const duplicates = Answering.paged(Contract.listDuplicates.successSchema)
const files = Answering.paged(OfContact.listFiles.successSchema)
const activities = Answering.paged(OfContact.listActivities.successSchema)

/** Answers `contacts`, also what only a custom channel may do. */
export const layer = HttpApiBuilder.group(InventApi.InventApi, "contacts", (handlers) =>
  Effect.gen(function* () {
    const { within, world } = yield* Answering.make
    const approving = yield* Approving.make
    return handlers
      .handle("list", ({ path, urlParams }) => within(path.org_id, contacts(world.contacts.list(urlParams))))
      .handle("create", ({ path, payload }) => within(path.org_id, applies(world.contacts.create(payload))))
      .handle("listFields", ({ path, urlParams }) =>
        within(path.org_id, fields(world.organization.fields.list(urlParams)))
      )
      .handle("update", ({ path, payload }) =>
        within(path.org_id, applies(world.contacts.update(path.contact_id, payload)))
      )
      .handle("merge", ({ path, payload }) =>
        within(path.org_id, applies(world.contacts.merge(path.contact_id, payload)))
      )
      .handle("mergeTwo", ({ path, payload }) => within(path.org_id, applies(world.contacts.mergeTwo(payload))))
      .handle("listDuplicates", ({ path, urlParams }) =>
        within(path.org_id, duplicates(world.contacts.listDuplicates(urlParams)))
      )
      .handle("dryRunCreate", ({ path, payload }) => within(path.org_id, world.contacts.dryRunCreate(payload)))
      .handle("listSegments", ({ path, urlParams }) =>
        within(path.org_id, segments(world.contacts.listSegments(path.contact_id, urlParams)))
      )
      .handle("addSegment", ({ path }) =>
        within(path.org_id, applies(world.contacts.addSegment(path.contact_id, path.segment_id)))
      )
      .handle("listNotes", ({ path, urlParams }) =>
        within(path.org_id, notes(world.contacts.listNotes(path.contact_id, urlParams)))
      )
      .handle("listActivities", ({ path, urlParams }) =>
        within(path.org_id, activities(world.contacts.listActivities(path.contact_id, urlParams)))
      )
      .handle("listFiles", ({ path, urlParams }) =>
        within(path.org_id, files(world.contacts.listFiles(path.contact_id, urlParams)))
      )
      .handle("uploadFile", ({ path, payload }) =>
        within(path.org_id, applies(world.contacts.uploadFile(path.contact_id, payload)))
      )
      .handle("updateChannel", ({ path, payload }) =>
        within(path.org_id, applies(world.contacts.updateChannel(path, payload)))
      )
      .handle("createChat", ({ path, payload }) =>
        within(path.org_id, applies(world.createChat(path, payload), { chatId: (chat) => chat.id }))
      )
      .handle("sendMessage", ({ path, payload }) => within(path.org_id, applies(world.sendMessage(path, payload))))
      .handle("sendMessageOnChannel", ({ path, payload }) =>
        within(path.org_id, applies(world.sendMessage(path, { ...payload, channel_id: path.channel_id })))
      )
      .handle("respondToTool", ({ path, payload }) => within(path.org_id, applies(world.respondToTool(path, payload))))
      .handle("decideApproval", ({ path, payload }) =>
        within(path.org_id, approving(path, payload, world.approvals.decideAsContact(path, payload)))
      )
  })
)
