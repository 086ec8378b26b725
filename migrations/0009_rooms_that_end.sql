CREATE TABLE `alert` (
	`workspace_id` text NOT NULL,
	`kind` text NOT NULL,
	`since` text NOT NULL,
	`told_at` text NOT NULL,
	`open` integer NOT NULL,
	PRIMARY KEY(`workspace_id`, `kind`)
);
--> statement-breakpoint
CREATE TABLE `beat` (
	`name` text PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`count` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `room` ADD `archived_at` text;--> statement-breakpoint
ALTER TABLE `room` ADD `erased_after` text;--> statement-breakpoint
ALTER TABLE `room` ADD `ending_told_at` text;--> statement-breakpoint
CREATE INDEX `room_erased` ON `room` (`erased_after`);--> statement-breakpoint
ALTER TABLE `workspace` ADD `retention` integer;