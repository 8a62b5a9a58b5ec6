/** A file of its own, so that the options of the commands are read without loading the ledger. */

/** How many contacts a start may write to where no operator confirmed a number; more of them hold everything. */
export const unconfirmed = 100
