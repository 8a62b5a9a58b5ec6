// The arrows between modules that need the whole graph: no module reaches itself through its imports, type imports
// included, and a stage of the scheduler's pipeline imports earlier stages only. Arrows between packages are in
// .oxlintrc.json.
const src = "^apps/follow-up-scheduler/src/"

/** From the data that comes first to what acts on it. */
const stages = [
  "Policy|NextAllowed",
  "Decide",
  "Plan",
  "Telemetry",
  "Ledger",
  "Timer",
  "Policies",
  "Privacy",
  "Watch",
  "ChatReader",
  "ChatReview",
  "Dispatch",
  "Scheduler"
]
/** What a person runs: it may import every stage, and no stage imports it. */
const programs = "Operations|Simulation|operatorPage|cli|Commands|main"

const inStage = (names) => ({ path: `${src}(${names})(/|\\.ts$)` })

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    { name: "circular", severity: "error", comment: "No module may reach itself.", from: {}, to: { circular: true } },
    ...stages.map((stage, index) => ({
      name: "a stage of the pipeline imports earlier stages only",
      severity: "error",
      from: inStage(stage),
      to: inStage([...stages.slice(index + 1), programs].join("|"))
    }))
  ],
  options: {
    skipAnalysisNotInRules: true,
    exclude: { path: "(^|/)(dist|node_modules)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.check.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js"]
    }
  }
}
