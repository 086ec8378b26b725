CREATE TABLE `answer` (
	`workspace_id` text NOT NULL,
	`room_id` text NOT NULL,
	`task_id` text NOT NULL,
	`question` text NOT NULL,
	`answer` text NOT NULL,
	`accepted_at` text NOT NULL,
	PRIMARY KEY(`room_id`, `task_id`)
);
--> statement-breakpoint
CREATE INDEX `answer_workspace` ON `answer` (`workspace_id`,`accepted_at`);--> statement-breakpoint
CREATE TABLE `answer_word` (
	`workspace_id` text NOT NULL,
	`word` text NOT NULL,
	`room_id` text NOT NULL,
	`task_id` text NOT NULL,
	PRIMARY KEY(`workspace_id`, `word`, `room_id`, `task_id`)
);
--> statement-breakpoint
CREATE INDEX `answer_word_of` ON `answer_word` (`room_id`,`task_id`);--> statement-breakpoint
CREATE TABLE `objection` (
	`room_id` text NOT NULL,
	`task_id` text NOT NULL,
	`title` text NOT NULL,
	`state` text NOT NULL,
	`side` text,
	`removed` integer NOT NULL,
	`asked_at` text NOT NULL,
	`zone` text NOT NULL,
	PRIMARY KEY(`room_id`, `task_id`)
);
--> statement-breakpoint
CREATE TABLE `value_case` (
	`room_id` text PRIMARY KEY NOT NULL,
	`currency` text NOT NULL,
	`history` text NOT NULL,
	`titles` text NOT NULL
);
