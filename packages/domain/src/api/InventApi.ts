/**
 * The contract: every endpoint's method, path and schemas, written once. The client is derived from it and the emulator
 * serves it.
 */
import * as HttpApi from "@effect/platform/HttpApi"
import { Contacts } from "./Contacts.ts"
import { Messages } from "./Messages.ts"
import { State } from "./State.ts"

export class InventApi extends HttpApi.make("invent").add(Contacts).add(Messages).add(State) {}
