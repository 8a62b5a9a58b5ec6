/** Every chat counted once, by what became of it; the counts add up. Each outcome lists its chats in the search. */
import type { Outcome } from "../src/operatorPage/Api.ts"
import { change, noFields, outcomeField } from "./Address.ts"

const list = (outcome: Outcome): void =>
  change((address) => ({ ...address, search: { ...noFields, outcome: outcomeField(outcome) } }))

/** The table of outcomes, with a bar for each that compares it with the largest. */
export const OutcomesPanel = ({ outcomes }: { readonly outcomes: ReadonlyArray<Outcome> }) => {
  const total = outcomes.reduce((sum, { chats }) => sum + chats, 0)
  const most = Math.max(1, ...outcomes.map(({ chats }) => chats))
  return (
    <section class="panel outcomes" aria-labelledby="outcomes">
      <header>
        <h2 id="outcomes">Chats by reason</h2>
      </header>
      {total === 0 ? (
        <p class="empty">No chat was looked at yet.</p>
      ) : (
        <table>
          <thead class="hidden">
            <tr>
              <th scope="col">Chats</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {outcomes.map((outcome) => (
              <tr key={outcome.words}>
                <td class="number">{outcome.chats}</td>
                <td>
                  <button type="button" class="plain" onClick={() => list(outcome)}>
                    {outcome.words}
                  </button>
                  <span
                    class="bar"
                    aria-hidden="true"
                    style={{ width: `${((100 * outcome.chats) / most).toFixed(1)}%` }}
                  />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td class="number">{total}</td>
              <th scope="row">chats in all</th>
            </tr>
          </tfoot>
        </table>
      )}
    </section>
  )
}
