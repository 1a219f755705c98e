ALTER TABLE "otp_challenge" ADD COLUMN "outbox_message_id" INTEGER REFERENCES "outbox_message";

ALTER TABLE "outbox_message" ADD COLUMN "carried_by" TEXT CHECK ("carried_by" <> '' AND instr("carried_by", char(0)) = 0);

ALTER TABLE "outbox_message" ADD COLUMN "ask_at" TEXT CHECK ("ask_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "ask_at", '+0 days'));

CREATE INDEX "outbox_message__ask_at" ON "outbox_message" (ask_at);

ALTER TABLE "outbox_message" ADD COLUMN "asked" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "message_carrier" ADD COLUMN "countries" TEXT CHECK ("countries" <> '' AND instr("countries", char(0)) = 0);

ALTER TABLE "message_carrier" ADD COLUMN "found" TEXT CHECK ("found" <> '' AND instr("found", char(0)) = 0);
