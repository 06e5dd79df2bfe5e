"""Questions beside the verdict, from scores alone: what if the records are wrong?"""
