/** What the policies with a holdout or variants show: how many contacts of each group replied. */

/** A heading and lines for each policy; nothing where no policy compares anything. */
export const HoldoutsPanel = ({ holdouts }: { readonly holdouts: ReadonlyArray<ReadonlyArray<string>> }) =>
  holdouts.length === 0 ? null : (
    <section class="panel holdouts" aria-labelledby="holdouts">
      <header>
        <h2 id="holdouts">Replies compared</h2>
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
