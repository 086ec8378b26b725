CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`workspace_id` text NOT NULL,
	`at` text NOT NULL,
	`person_id` text,
	`name` text NOT NULL,
	`deed` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_workspace` ON `audit` (`workspace_id`,`id`);--> statement-breakpoint
CREATE TABLE `challenge` (
	`hash` text PRIMARY KEY NOT NULL,
	`person_id` text,
	`expires_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `passkey` (
	`id` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`public_key` text NOT NULL,
	`counter` integer NOT NULL,
	`transports` text NOT NULL,
	`device` text NOT NULL,
	`created_at` text NOT NULL,
	`used_at` text
);
--> statement-breakpoint
CREATE INDEX `passkey_person` ON `passkey` (`person_id`);--> statement-breakpoint
ALTER TABLE `session` ADD `id` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `session` ADD `issued_at` text;