ALTER TABLE "portal_credential" ADD COLUMN "issued_at" TEXT CHECK ("issued_at" IS strftime('%Y-%m-%dT%H:%M:%SZ', "issued_at", '+0 days'));
