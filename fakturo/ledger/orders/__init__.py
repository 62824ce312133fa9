"""The queue of orders: who works on which, why one waits, what people read of it."""
