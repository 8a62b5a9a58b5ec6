/** Answers `contacts`, also what only a custom channel may do. */
import * as Effect from "effect/Effect"
import { World } from "../World.ts"
import * as Approving from "./Approving.ts"
import { applies, group } from "./Handler.ts"

/** Makes the handlers of `contacts`. */
export const make = Effect.map(World, (world) => {
  const { approvals, contacts, organization } = world
  const approving = Approving.make(approvals)
  return group("contacts", {
    list: ({ urlParams }) => contacts.list(urlParams),
    create: applies(({ payload }) => contacts.create(payload)),
    listFields: ({ urlParams }) => organization.fields.list(urlParams),
    update: applies(({ path, payload }) => contacts.update(path.contact_id, payload)),
    merge: applies(({ path, payload }) => contacts.merge(path.contact_id, payload)),
    mergeTwo: applies(({ payload }) => contacts.mergeTwo(payload)),
    listDuplicates: ({ urlParams }) => contacts.listDuplicates(urlParams),
    dryRunCreate: ({ payload }) => contacts.dryRunCreate(payload),
    listSegments: ({ path, urlParams }) => contacts.listSegments(path.contact_id, urlParams),
    addSegment: applies(({ path }) => contacts.addSegment(path.contact_id, path.segment_id)),
    listNotes: ({ path, urlParams }) => contacts.listNotes(path.contact_id, urlParams),
    listActivities: ({ path, urlParams }) => contacts.listActivities(path.contact_id, urlParams),
    listFiles: ({ path, urlParams }) => contacts.listFiles(path.contact_id, urlParams),
    uploadFile: applies(({ path, payload }) => contacts.uploadFile(path.contact_id, payload)),
    updateChannel: applies(({ path, payload }) => contacts.updateChannel(path, payload)),
    createChat: applies(({ path, payload }) => world.createChat(path, payload), { chatId: ({ id }) => id }),
    sendMessage: applies(({ path, payload }) => world.sendMessage(path, payload)),
    sendMessageOnChannel: applies(({ path, payload }) =>
      world.sendMessage(path, { ...payload, channel_id: path.channel_id })
    ),
    respondToTool: applies(({ path, payload }) => world.respondToTool(path, payload)),
    decideApproval: approving(({ path, payload }) => approvals.decideAsContact(path, payload))
  })
})
