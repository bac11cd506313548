"""Where notices go beside Kafka and the screen: mail and group chats by apprise, and signed webhooks."""
