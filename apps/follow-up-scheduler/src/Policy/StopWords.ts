/**
 * Words by which a contact opts out of follow-ups, or in again. A message counts if it is such a word and nothing else:
 * letter case, punctuation, width and surrounding space are ignored.
 *
 * CANCEL and END are left out, although carriers of text messages use them: written to an assistant they mostly answer
 * a question. A policy that wants them lists them.
 */

/** By language (ISO 639-1). STOP is understood everywhere, so it stands once. */
export const optOutByLanguage = {
  en: ["stop", "stop all", "stopall", "unsubscribe", "opt out", "optout", "opt-out", "quit", "revoke"],
  ar: ["توقف", "إيقاف", "ايقاف", "إلغاء الاشتراك", "الغاء الاشتراك"],
  de: ["stopp", "abmelden", "abbestellen"],
  es: ["parar", "baja", "darme de baja", "cancelar suscripción", "detener"],
  fr: ["arrêt", "arret", "arrêter", "arreter", "se désabonner", "désabonner", "desabonner", "désinscription"],
  he: ["הסר", "הסירו", "הסרה", "עצור"],
  hi: ["रोकें", "रोको", "बंद करें", "बंद करो"],
  id: ["berhenti"],
  it: ["disiscrivi", "disiscrivimi", "cancellami", "annulla iscrizione", "ferma"],
  ja: ["停止", "配信停止", "ストップ"],
  ko: ["수신거부", "중지", "그만"],
  nl: ["afmelden", "uitschrijven"],
  pl: ["wypisz", "wypisz mnie"],
  pt: ["parar", "pare", "sair", "descadastrar", "cancelar inscrição", "remover"],
  ru: ["стоп", "отписаться", "отписка"],
  tr: ["dur", "durdur", "ret", "iptal"],
  uk: ["стоп", "відписатися", "відписка"],
  vi: ["dừng", "huỷ đăng ký", "hủy đăng ký"],
  zh: ["退订", "退訂", "停止", "停止订阅"]
} as const

/** By language (ISO 639-1): words by which a contact who opted out asks for follow-ups again. */
export const optInByLanguage = {
  en: ["start", "unstop", "subscribe", "opt in", "optin", "opt-in"],
  ar: ["ابدأ", "اشتراك"],
  de: ["anmelden"],
  es: ["alta", "comenzar", "empezar", "suscribir"],
  fr: ["commencer", "s'abonner", "abonner", "reprendre"],
  he: ["הצטרף", "התחל"],
  hi: ["शुरू करें", "शुरू"],
  id: ["mulai"],
  it: ["inizia", "iscrivi", "iscrivimi"],
  ja: ["開始", "配信開始"],
  ko: ["수신동의", "시작"],
  nl: ["aanmelden"],
  pl: ["zapisz", "zapisz mnie"],
  pt: ["iniciar", "começar", "voltar", "inscrever"],
  ru: ["старт", "подписаться"],
  tr: ["başla", "abone"],
  uk: ["старт", "підписатися"],
  vi: ["bắt đầu", "đăng ký"],
  zh: ["开始", "開始", "订阅", "訂閱"]
} as const

/** The default of a policy's `opt_out`: the words of all languages. */
export const optOut: ReadonlyArray<string> = Object.values(optOutByLanguage).flat()
/** The default of a policy's `opt_in`: the words of all languages. */
export const optIn: ReadonlyArray<string> = Object.values(optInByLanguage).flat()

/**
 * A text without what is ignored. A Turkish capital I with a dot becomes an i with a combining dot in lower case; that
 * dot is removed.
 */
export const normalize = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("i\u0307", "i")
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/[\p{P}\p{S}\s]+/gu, " ")
    .trim()

/** The normalized words of each list. Kept, because every decision compares each message with them. */
const normalizedLists = new WeakMap<ReadonlyArray<string>, ReadonlySet<string>>()

const normalizedList = (words: ReadonlyArray<string>): ReadonlySet<string> => {
  const known = normalizedLists.get(words)
  if (known !== undefined) return known
  const list = new Set(words.map(normalize))
  normalizedLists.set(words, list)
  return list
}

/** Whether the whole text is one of these words. */
export const isOneOf = (words: ReadonlyArray<string>, text: string): boolean => {
  const said = normalize(text)
  return said !== "" && normalizedList(words).has(said)
}
