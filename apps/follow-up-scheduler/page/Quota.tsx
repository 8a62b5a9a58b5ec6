/** How much of the vendor's quota is spent, and how long one more request would wait. */
import type { Quota } from "../src/operatorPage/Api.ts"
import * as Format from "./Format.ts"

const Figure = ({
  className,
  name,
  value
}: {
  readonly className?: string
  readonly name: string
  readonly value: string | number
}) => (
  <div>
    <dt class={className}>{name}</dt>
    <dd>{value}</dd>
  </div>
)

const whoseWords = (schedulers: number): string =>
  schedulers === 1 ? "this process" : `${schedulers} schedulers together`

/**
 * The quota, added up over the schedulers that share the ledger: used, reserved and forecast requests, and the backlog
 * where there is one.
 */
export const QuotaPanel = ({ quota }: { readonly quota: Quota }) => {
  const { backlog, due, forecast, limit, queued, reserved, schedulers, used, wait_millis, window_millis } = quota
  const free = Math.max(0, limit - used - reserved)
  const window = Format.length(window_millis)
  const share = (count: number) => `${Math.min(100, (100 * count) / limit).toFixed(2)}%`
  return (
    <section class="panel quota" aria-labelledby="quota">
      <header>
        <h2 id="quota">Quota</h2>
        <span class="faint">
          {limit} requests in {window}, {whoseWords(schedulers)}
        </span>
      </header>
      <div
        class="gauge"
        role="meter"
        aria-labelledby="quota"
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuenow={Math.min(limit, used + reserved)}
        aria-valuetext={`${used} used and ${reserved} reserved of ${limit}, about ${forecast} forecast`}
      >
        <span class="used" style={{ width: share(used) }} />
        <span class="reserved" style={{ width: share(reserved) }} />
        <span class="forecast" style={{ width: share(Math.min(free, forecast)) }} />
      </div>
      <dl class="figures">
        <Figure className="used" name="used" value={used} />
        <Figure className="reserved" name="reserved" value={reserved} />
        <Figure className="forecast" name="forecast" value={forecast} />
        <Figure name="free" value={free} />
        <Figure name="in line" value={queued} />
      </dl>
      <p class="outlook">
        {due === 0 ? "No follow-up is" : due === 1 ? "1 follow-up is" : `${due} follow-ups are`} due within {window};
        one more call would {wait_millis < 1000 ? "leave at once" : `wait ${Format.length(wait_millis)}`}.
      </p>
      {backlog !== null && <p class="outlook late">{backlog}.</p>}
    </section>
  )
}
