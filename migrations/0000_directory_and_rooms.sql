CREATE TABLE `account` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`name` text NOT NULL,
	`domain` text,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `account_workspace` ON `account` (`workspace_id`);--> statement-breakpoint
CREATE TABLE `attempt` (
	`key` text PRIMARY KEY NOT NULL,
	`reset_at` integer NOT NULL,
	`count` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `digest` (
	`workspace_id` text NOT NULL,
	`email` text NOT NULL,
	`week` text NOT NULL,
	`state` text NOT NULL,
	`at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `digest_once` ON `digest` (`workspace_id`,`email`,`week`);--> statement-breakpoint
CREATE TABLE `inbound_mail` (
	`id` text PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`envelope_from` text NOT NULL,
	`envelope_to` text NOT NULL,
	`room_id` text,
	`outcome` text NOT NULL,
	`reason` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `inbound_mail_room` ON `inbound_mail` (`room_id`);--> statement-breakpoint
CREATE TABLE `mailed_key` (
	`hash` text PRIMARY KEY NOT NULL,
	`room_id` text NOT NULL,
	`kind` text NOT NULL,
	`participant_id` text NOT NULL,
	`thread` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `membership` (
	`workspace_id` text NOT NULL,
	`person_id` text NOT NULL,
	`role` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `person_id`)
);
--> statement-breakpoint
CREATE INDEX `membership_person` ON `membership` (`person_id`);--> statement-breakpoint
CREATE TABLE `opportunity` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `opportunity_account` ON `opportunity` (`workspace_id`,`account_id`);--> statement-breakpoint
CREATE TABLE `participant` (
	`room_id` text NOT NULL,
	`id` text NOT NULL,
	`side` text NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`locale` text NOT NULL,
	`zone` text NOT NULL,
	`status` text NOT NULL,
	`mail` text NOT NULL,
	`trouble` text,
	`person_id` text,
	PRIMARY KEY(`room_id`, `id`)
);
--> statement-breakpoint
CREATE INDEX `participant_person` ON `participant` (`person_id`);--> statement-breakpoint
CREATE INDEX `participant_email` ON `participant` (`email`);--> statement-breakpoint
CREATE TABLE `person` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`locale` text NOT NULL,
	`zone` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `person_email_unique` ON `person` (`email`);--> statement-breakpoint
CREATE TABLE `room` (
	`id` text PRIMARY KEY NOT NULL,
	`workspace_id` text NOT NULL,
	`account_id` text NOT NULL,
	`opportunity_id` text NOT NULL,
	`name` text NOT NULL,
	`account_name` text NOT NULL,
	`demo` integer NOT NULL,
	`seq` integer NOT NULL,
	`held` integer NOT NULL,
	`last_comment_seq` integer NOT NULL,
	`last_comment_by` text,
	`opened_at` text NOT NULL,
	`last_activity_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `room_workspace` ON `room` (`workspace_id`,`last_activity_at`);--> statement-breakpoint
CREATE TABLE `room_event` (
	`room_id` text NOT NULL,
	`seq` integer NOT NULL,
	`at` text NOT NULL,
	`by` text NOT NULL,
	`via` text NOT NULL,
	`audience` text NOT NULL,
	`event` text NOT NULL,
	PRIMARY KEY(`room_id`, `seq`)
);
--> statement-breakpoint
CREATE TABLE `seen` (
	`room_id` text NOT NULL,
	`participant_id` text NOT NULL,
	`thread` text NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`room_id`, `participant_id`, `thread`)
);
--> statement-breakpoint
CREATE TABLE `session` (
	`hash` text PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`workspace_id` text NOT NULL,
	`device` text NOT NULL,
	`created_at` text NOT NULL,
	`seen_at` text NOT NULL,
	`expires_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `session_person` ON `session` (`person_id`);--> statement-breakpoint
CREATE TABLE `sign_in` (
	`hash` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`locale` text NOT NULL,
	`zone` text NOT NULL,
	`workspace_id` text,
	`workspace_name` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`used_at` text
);
--> statement-breakpoint
CREATE TABLE `task` (
	`room_id` text NOT NULL,
	`id` text NOT NULL,
	`title` text NOT NULL,
	`kind` text NOT NULL,
	`owners` text NOT NULL,
	`due` text,
	`completed_at` text,
	`removed` integer NOT NULL,
	PRIMARY KEY(`room_id`, `id`)
);
--> statement-breakpoint
CREATE TABLE `workspace` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` text NOT NULL
);
