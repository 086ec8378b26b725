-- A table with a key of its own and a rowid counts each insert twice (row and key's index): these are written for every event.
CREATE TABLE `room_event_once` (
	`room_id` text NOT NULL,
	`seq` integer NOT NULL,
	`at` text NOT NULL,
	`by` text NOT NULL,
	`via` text NOT NULL,
	`audience` text NOT NULL,
	`event` text NOT NULL,
	PRIMARY KEY(`room_id`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `room_event_once` SELECT * FROM `room_event`;
--> statement-breakpoint
DROP TABLE `room_event`;
--> statement-breakpoint
ALTER TABLE `room_event_once` RENAME TO `room_event`;
--> statement-breakpoint
CREATE TABLE `seen_once` (
	`room_id` text NOT NULL,
	`participant_id` text NOT NULL,
	`thread` text NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`room_id`, `participant_id`, `thread`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `seen_once` SELECT * FROM `seen`;
--> statement-breakpoint
DROP TABLE `seen`;
--> statement-breakpoint
ALTER TABLE `seen_once` RENAME TO `seen`;
--> statement-breakpoint
CREATE TABLE `task_once` (
	`room_id` text NOT NULL,
	`id` text NOT NULL,
	`title` text NOT NULL,
	`kind` text NOT NULL,
	`owners` text NOT NULL,
	`due` text,
	`completed_at` text,
	`removed` integer NOT NULL,
	PRIMARY KEY(`room_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `task_once` SELECT * FROM `task`;
--> statement-breakpoint
DROP TABLE `task`;
--> statement-breakpoint
ALTER TABLE `task_once` RENAME TO `task`;
