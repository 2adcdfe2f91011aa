"""The naive model that the product is compared with."""
