/** The definition of a field that an organization keeps on its contacts. */
import * as Schema from "effect/Schema"
import { FieldId } from "./Ids.ts"
import * as Open from "./Open.ts"

const contactField = Open.struct({
  id: FieldId,
  table_id: Open.optional(Schema.String),
  key: Open.optional(Schema.String),
  type: Open.optional(
    Open.literals(
      "string",
      "number",
      "boolean",
      "date",
      "datetime",
      "enum",
      "file",
      "record",
      "contact",
      "user",
      "chat",
      "segment",
      "assistant"
    )
  ),
  schema: Open.optional(Schema.Unknown),
  readonly: Open.optional(Schema.Boolean),
  kind: Open.optional(Open.literals("system"))
}).annotations({ identifier: "ContactField" })

/** @see https://docs.useinvent.com/api-reference/orgs-contacts/list-contact-fields */
export interface ContactField extends Schema.Schema.Type<typeof contactField> {}
export interface ContactFieldEncoded extends Schema.Schema.Encoded<typeof contactField> {}
export const ContactField: Schema.Schema<ContactField, ContactFieldEncoded> = contactField
