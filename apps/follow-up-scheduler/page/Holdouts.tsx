/** What the policies with a holdout show: how many contacts replied who were followed up, and who were left out. */

/** A heading and lines for each policy; nothing where no policy has a holdout. */
export const HoldoutsPanel = ({ holdouts }: { readonly holdouts: ReadonlyArray<ReadonlyArray<string>> }) =>
  holdouts.length === 0 ? null : (
    <section class="panel holdouts" aria-labelledby="holdouts">
      <header>
        <h2 id="holdouts">Holdouts</h2>
      </header>
      {holdouts.map(([heading, ...lines]) => (
        <div key={heading}>
          <h3>{heading}</h3>
          <ul>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
