"""The demo school: fictional people, real photos through the real engine."""
