ALTER TABLE `room` ADD `seller_acted_at` text;--> statement-breakpoint
ALTER TABLE `room` ADD `customer_acted_at` text;--> statement-breakpoint
-- Who acted last is not known of rooms from before: nobody is called silent too early.
UPDATE `room` SET `seller_acted_at` = `last_activity_at`, `customer_acted_at` = `last_activity_at`;
