/** Examples of command lines, shown at the end of every help. */
import * as HelpDoc from "@effect/cli/HelpDoc"

const lines = [
  "follow-ups demo",
  "follow-ups doctor --policy nudge.yaml",
  "follow-ups preview --policy nudge.yaml --inbox",
  "follow-ups run --policy nudge.yaml --chats chats.txt --dry-run",
  "follow-ups serve --policy nudge.yaml --chats chats.txt",
  "follow-ups serve --policy nudge.yaml --inbox --ui",
  "follow-ups pause",
  "follow-ups explain chat_000001",
  "follow-ups status --json",
  "follow-ups record inbox --out chats.jsonl --without-names",
  "follow-ups record log --out chats.jsonl log.jsonl",
  "follow-ups simulate --policy old.yaml --compare new.yaml --against chats.jsonl",
  "follow-ups policy apply --policy new.yaml --running retime",
  "follow-ups --completions bash > follow-ups.bash"
]

/** The section EXAMPLES of the help. */
export const footer = HelpDoc.blocks([HelpDoc.h1("EXAMPLES"), ...lines.map((line) => HelpDoc.p(line))])
