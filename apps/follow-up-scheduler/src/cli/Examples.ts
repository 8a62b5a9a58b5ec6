/** What people type. The help shows those that begin with its command; the documentation shows them, too. */
export const lines = [
  "follow-ups demo",
  "follow-ups doctor --policy nudge.yaml",
  "follow-ups preview --policy nudge.yaml --inbox",
  "follow-ups run --policy nudge.yaml --chats chats.txt --dry-run",
  "follow-ups serve --policy nudge.yaml --chats chats.txt",
  "follow-ups serve --policy nudge.yaml --inbox --ui",
  "follow-ups serve --policy nudge.yaml --inbox --health-port 8080",
  "follow-ups serve --policy nudge.yaml --inbox --confirm 300",
  "follow-ups pause",
  "follow-ups opt-out contact_000001",
  "follow-ups erase contact_000001",
  "follow-ups alert test",
  "follow-ups backup copy.db",
  "follow-ups restore copy.db",
  "follow-ups explain chat_000001",
  "follow-ups status --json",
  "follow-ups record inbox --out chats.jsonl --without-names",
  "follow-ups record log --out chats.jsonl log.jsonl",
  "follow-ups simulate --policy old.yaml --compare new.yaml --against chats.jsonl",
  "follow-ups policy apply --policy new.yaml --running retime",
  "follow-ups --completions bash > follow-ups.bash"
]
