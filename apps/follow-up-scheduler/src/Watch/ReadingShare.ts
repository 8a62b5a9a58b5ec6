/** The largest parts of the documented quota, 0 to 1, that reading in the background takes. */

/** Reading who opted out, each of the lists again and again. */
export const optOuts = 0.03

/** Reading all pages of the inbox. Its first page, which is read more often, is counted as the same again. */
export const wholeInbox = 0.05
