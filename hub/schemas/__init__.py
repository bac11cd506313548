"""What crosses a topic: envelope, inbound, outbound, reasons, and the codec between them and bytes."""
