/** What a schema says of the JSON it reads: which keys it has, and whether it gives them a type. */
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { isObject, type Json, nounAt } from "./Pages.ts"

/** The alternatives behind transformations, refinements and what may be null or absent. */
const alternatives = (ast: AST.AST): ReadonlyArray<AST.AST> => {
  switch (ast._tag) {
    case "Transformation":
    case "Refinement":
      return alternatives(ast.from)
    case "Suspend":
      return alternatives(ast.f())
    case "Declaration":
      return Option.match(AST.getSurrogateAnnotation(ast), { onNone: () => [ast], onSome: alternatives })
    case "Union": {
      const all = ast.types
        .flatMap(alternatives)
        .filter((each) => each._tag !== "UndefinedKeyword" && !(AST.isLiteral(each) && each.literal === null))
      const known = all.filter((each) => each._tag !== "UnknownKeyword")
      return known.length > 0 ? known : all
    }
    default:
      return [ast]
  }
}

const entriesOf = (ast: AST.TupleType) => [...ast.elements, ...ast.rest].flatMap(({ type }) => alternatives(type))

/** The places of a body to which the schema gives no type, or has no key for. */
export const untyped = (schema: Schema.Schema.Any, json: Json): ReadonlyArray<string> => {
  const look = (asts: ReadonlyArray<AST.AST>, json: Json, path: string): ReadonlyArray<string> => {
    if (json === "<any>") return []
    if (Array.isArray(json)) {
      const entries = asts.flatMap((ast) => (AST.isTupleType(ast) ? entriesOf(ast) : []))
      return json.flatMap((item) => (entries.length === 0 ? [path] : look(entries, item, `${path}[]`)))
    }
    if (!isObject(json))
      return asts.some((ast) => ast._tag === "UnknownKeyword" || ast._tag === "AnyKeyword") ? [path] : []
    if (Object.keys(json).length === 0) return []
    return Object.entries(json).flatMap(([key, value]) => {
      const types = asts.flatMap((ast) =>
        AST.isTypeLiteral(ast)
          ? ast.propertySignatures.flatMap(({ name, type }) => (name === key ? alternatives(type) : []))
          : []
      )
      return types.length === 0 ? [`${path}.${key}`] : look(types, value, `${path}.${key}`)
    })
  }
  return look(alternatives(schema.ast), json, "")
}

/** Every key of a schema, as `MemberContact.blocked`. */
export const keysOf = (noun: string, schema: Schema.Schema.Any): ReadonlyArray<string> => {
  const look = (asts: ReadonlyArray<AST.AST>, noun: string): ReadonlyArray<string> =>
    asts.flatMap((ast) => {
      if (AST.isTupleType(ast)) return look(entriesOf(ast), noun)
      if (!AST.isTypeLiteral(ast)) return []
      return ast.propertySignatures.flatMap(({ name, type }) => [
        `${noun}.${String(name)}`,
        ...look(alternatives(type), nounAt(noun, String(name)))
      ])
    })
  return look(alternatives(schema.ast), noun)
}

type Property = AST.PropertySignature

/** Every key of a schema for which `is` holds, as `orgs.update.logo_id`. */
export const keysWhere = (
  path: string,
  schema: Schema.Schema.Any,
  is: (property: Property) => boolean
): ReadonlyArray<string> => {
  const look = (asts: ReadonlyArray<AST.AST>, path: string): ReadonlyArray<string> =>
    asts.flatMap((ast) => {
      if (AST.isTupleType(ast)) return look(entriesOf(ast), path)
      if (!AST.isTypeLiteral(ast)) return []
      return ast.propertySignatures.flatMap((property) => {
        const key = `${path}.${String(property.name)}`
        return [...(is(property) ? [key] : []), ...look(alternatives(property.type), key)]
      })
    })
  return look(alternatives(schema.ast), path)
}

export const isRequired = ({ isOptional }: Property): boolean => !isOptional

/** Whether a key that may be left out must then not be there as `undefined`. */
export const refusesUndefined = ({ isOptional, type }: Property): boolean =>
  isOptional && !(AST.isUnion(type) && type.types.some(AST.isUndefinedKeyword))

/** The values of a key that takes no others, where there are several. */
export const valuesOf = ({ type }: Property): ReadonlyArray<AST.LiteralValue> => {
  const all = alternatives(type)
  const values = all.flatMap((each) => (AST.isLiteral(each) ? [each.literal] : []))
  return values.length === all.length && values.length > 1 ? values : []
}

/** Whether null is named among what a key can be. */
export const takesNull = ({ type }: Property): boolean => {
  const isNull = (ast: AST.AST): boolean =>
    AST.isUnion(ast) ? ast.types.some(isNull) : AST.isLiteral(ast) && ast.literal === null
  return isNull(type)
}

/** Whether a key, as `schema.type`, lies in an object whose keys are anybody's. */
export const isInRecord = (schema: Schema.Schema.Any, key: string): boolean => {
  const look = (asts: ReadonlyArray<AST.AST>, [key, ...rest]: ReadonlyArray<string>): boolean =>
    asts.some((ast) => {
      if (AST.isTupleType(ast)) return look(entriesOf(ast), key === undefined ? [] : [key, ...rest])
      if (!AST.isTypeLiteral(ast)) return ast._tag === "UnknownKeyword"
      if (ast.indexSignatures.length > 0) return true
      return ast.propertySignatures.some(({ name, type }) => name === key && look(alternatives(type), rest))
    })
  return look(alternatives(schema.ast), key.split("."))
}

/** The parts of a schema that let through what it does not know: open structs and open enums. Records are anybody's. */
export const openParts = (schema: Schema.Schema.Any): ReadonlyArray<string> => {
  const look = (ast: AST.AST, path: string): ReadonlyArray<string> => {
    switch (ast._tag) {
      case "Declaration": {
        const described = AST.getSurrogateAnnotation(ast)
        if (Option.isSome(described)) return look(described.value, path)
        return AST.getIdentifierAnnotation(ast)._tag === "Some" && String(ast) === "Unknown"
          ? [`${path} takes any text of an enum`]
          : []
      }
      case "Transformation":
        return [...look(ast.from, path), ...look(ast.to, path)]
      case "Refinement":
        return look(ast.from, path)
      case "Union":
        return ast.types.flatMap((type) => look(type, path))
      case "TupleType":
        return [...ast.elements, ...ast.rest].flatMap(({ type }) => look(type, `${path}[]`))
      case "TypeLiteral": {
        const options = ast.annotations[AST.ParseOptionsAnnotationId] as AST.ParseOptions | undefined
        const isRecord = ast.indexSignatures.length > 0
        const isClosed = isRecord || options?.onExcessProperty === "error"
        return [
          ...(isClosed ? [] : [`${path} takes keys that it does not know`]),
          ...ast.propertySignatures.flatMap(({ name, type }) => look(type, `${path}.${String(name)}`))
        ]
      }
      default:
        return []
    }
  }
  return look(schema.ast, "")
}
