"""Do the parts that touch the world pass the core what happened, and nothing else?"""
