-- The ledger of the first edition (migrations 1 to 6), as its program wrote it: `run` over two chats at 13:00:30 and 13:05:00, with a
-- policy of two steps. The first step was sent to both, the second is planned. It is read only by tests and never changed.
BEGIN TRANSACTION;
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    chat_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    key TEXT,
    event TEXT NOT NULL,
    detail TEXT NOT NULL
  );
INSERT INTO "audit" VALUES(1,1784120432925,'chat_one','conversation_chat_one',NULL,'decided','{"decision":"Act","reason":null}');
INSERT INTO "audit" VALUES(2,1784120432932,'chat_one','conversation_chat_one','9McHEMPoUzzPRfEeNfuDCN','planned','{"policy":"plain@1","step":1,"anchor":"message_chat_one_2","look_at":"2026-07-15T13:00:32.917Z","zone":"UTC"}');
INSERT INTO "audit" VALUES(3,1784120432979,'chat_two','conversation_chat_two',NULL,'decided','{"decision":"Act","reason":null}');
INSERT INTO "audit" VALUES(4,1784120432980,'chat_two','conversation_chat_two','JkABU-bB-otUn5_eTfUJ2v','planned','{"policy":"plain@1","step":1,"anchor":"message_chat_two_2","look_at":"2026-07-15T13:00:32.974Z","zone":"UTC"}');
INSERT INTO "audit" VALUES(5,1784120432985,'chat_one','conversation_chat_one','9McHEMPoUzzPRfEeNfuDCN','taken_up','{"was_due":"2026-07-15T13:00:32.917Z"}');
INSERT INTO "audit" VALUES(6,1784120432989,'chat_two','conversation_chat_two','JkABU-bB-otUn5_eTfUJ2v','taken_up','{"was_due":"2026-07-15T13:00:32.974Z"}');
INSERT INTO "audit" VALUES(7,1784120433035,'chat_one','conversation_chat_one','9McHEMPoUzzPRfEeNfuDCN','sending','{"step":1}');
INSERT INTO "audit" VALUES(8,1784120433067,'chat_two','conversation_chat_two','JkABU-bB-otUn5_eTfUJ2v','sending','{"step":1}');
INSERT INTO "audit" VALUES(9,1784120433096,'chat_one','conversation_chat_one','9McHEMPoUzzPRfEeNfuDCN','sent','{"message":"message_chat_one_3","at":"2026-07-15T13:00:30.000Z"}');
INSERT INTO "audit" VALUES(10,1784120433108,'chat_one','conversation_chat_one',NULL,'decided','{"decision":"Wait","reason":"silence","until":"2026-07-15T15:00:30.000Z"}');
INSERT INTO "audit" VALUES(11,1784120433109,'chat_one','conversation_chat_one','CiFtS_6TNBbmMEBeWBIICm','planned','{"policy":"plain@1","step":2,"anchor":"message_chat_one_2","look_at":"2026-07-15T15:00:30.000Z","zone":"UTC"}');
INSERT INTO "audit" VALUES(12,1784120433137,'chat_two','conversation_chat_two','JkABU-bB-otUn5_eTfUJ2v','sent','{"message":"message_chat_two_3","at":"2026-07-15T13:00:30.000Z"}');
INSERT INTO "audit" VALUES(13,1784120433159,'chat_two','conversation_chat_two',NULL,'decided','{"decision":"Wait","reason":"silence","until":"2026-07-15T15:00:30.000Z"}');
INSERT INTO "audit" VALUES(14,1784120433161,'chat_two','conversation_chat_two','wqS28fq5SrGXCaB7iNv6FS','planned','{"policy":"plain@1","step":2,"anchor":"message_chat_two_2","look_at":"2026-07-15T15:00:30.000Z","zone":"UTC"}');
CREATE TABLE erased (proof TEXT PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE erasing (chat_id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL);
CREATE TABLE erasure_key (id INTEGER PRIMARY KEY, secret TEXT NOT NULL);
INSERT INTO "erasure_key" VALUES(1,'giUzwGQ3Jjwm_u1pdZ-P33GRzFoNhdkby7NJWizyk3E');
CREATE TABLE follow_ups (
    key TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    policy TEXT NOT NULL,
    step INTEGER NOT NULL,
    anchor_id TEXT NOT NULL,
    status TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    wake INTEGER NOT NULL,
    follow_up_at INTEGER,
    after_id TEXT,
    confirmed_at INTEGER,
    arms INTEGER NOT NULL,
    looks INTEGER NOT NULL,
    message_id TEXT,
    reason TEXT
  , failures INTEGER NOT NULL DEFAULT 0, observed INTEGER NOT NULL DEFAULT 1);
INSERT INTO "follow_ups" VALUES('9McHEMPoUzzPRfEeNfuDCN','conversation_chat_one','chat_one','plain@1',1,'message_chat_one_2','sent',1784120494000,3,1784120434000,'message_chat_one_2',NULL,1,0,'message_chat_one_3',NULL,0,1);
INSERT INTO "follow_ups" VALUES('JkABU-bB-otUn5_eTfUJ2v','conversation_chat_two','chat_two','plain@1',1,'message_chat_two_2','sent',1784120494000,3,1784120434000,'message_chat_two_2',NULL,1,0,'message_chat_two_3',NULL,0,1);
INSERT INTO "follow_ups" VALUES('CiFtS_6TNBbmMEBeWBIICm','conversation_chat_one','chat_one','plain@1',2,'message_chat_one_2','planned',1784127630000,0,NULL,NULL,NULL,0,0,NULL,NULL,0,1);
INSERT INTO "follow_ups" VALUES('wqS28fq5SrGXCaB7iNv6FS','conversation_chat_two','chat_two','plain@1',2,'message_chat_two_2','planned',1784127630000,0,NULL,NULL,NULL,0,0,NULL,NULL,0,1);
CREATE TABLE "follow_ups_migrations" (
  migration_id integer PRIMARY KEY NOT NULL,
  created_at datetime NOT NULL DEFAULT current_timestamp,
  name VARCHAR(255) NOT NULL
);
INSERT INTO "follow_ups_migrations" VALUES(1,'2026-11-26 11:40:44','tables');
INSERT INTO "follow_ups_migrations" VALUES(2,'2026-11-26 11:40:44','one_under_way');
INSERT INTO "follow_ups_migrations" VALUES(3,'2026-11-26 11:40:44','untold_ends');
INSERT INTO "follow_ups_migrations" VALUES(4,'2026-11-26 11:40:44','policies');
INSERT INTO "follow_ups_migrations" VALUES(5,'2026-11-26 11:40:44','seen_and_erased');
INSERT INTO "follow_ups_migrations" VALUES(6,'2026-11-26 11:40:44','pauses');
CREATE TABLE pauses (since INTEGER PRIMARY KEY, until INTEGER);
CREATE TABLE policies (
    id TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
  );
INSERT INTO "policies" VALUES('plain@1','{"name":"plain","version":1,"match":{},"time_zone":"UTC","weekdays":[1,2,3,4,5,6,7],"holidays":[],"holiday_sets":{},"channel_windows":{},"caps":[],"arm_lead":"15000 millis","confirm_after":"60000 millis","existing_follow_up":"respect","steps":[{"after":"3600000 millis","action":"send_message","message":"Do you still need help?"},{"after":"7200000 millis","action":"send_message","message":"Shall I close this?"}]}',1784120432786);
CREATE TABLE seen (
    chat_id TEXT PRIMARY KEY,
    updated_at INTEGER NOT NULL,
    policy TEXT NOT NULL,
    named_at INTEGER NOT NULL
  );
CREATE TABLE subjects (
    chat_id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    contact_id TEXT NOT NULL
  );
INSERT INTO "subjects" VALUES('chat_one','conversation_chat_one','contact_chat_one');
INSERT INTO "subjects" VALUES('chat_two','conversation_chat_two','contact_chat_two');
CREATE TABLE verdicts (
    chat_id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT,
    until INTEGER,
    decided_at INTEGER NOT NULL
  );
INSERT INTO "verdicts" VALUES('chat_one','conversation_chat_one','Wait','silence',1784127630000,1784120704172);
INSERT INTO "verdicts" VALUES('chat_two','conversation_chat_two','Wait','silence',1784127630000,1784120704264);
CREATE INDEX follow_ups_conversation ON follow_ups (conversation_id);
CREATE INDEX follow_ups_chat ON follow_ups (chat_id);
CREATE INDEX follow_ups_due ON follow_ups (due_at) WHERE status IN ('planned', 'armed');
CREATE INDEX audit_chat ON audit (chat_id);
CREATE UNIQUE INDEX follow_ups_under_way ON follow_ups (conversation_id) WHERE status = 'armed';
CREATE INDEX follow_ups_unobserved ON follow_ups (chat_id) WHERE observed = 0;
CREATE INDEX subjects_contact ON subjects (contact_id);
CREATE INDEX follow_ups_unknown ON follow_ups (due_at) WHERE status = 'unknown';
INSERT INTO "sqlite_sequence" VALUES('audit',14);
COMMIT;
