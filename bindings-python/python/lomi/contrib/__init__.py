"""Help for web frameworks: webhook views that get verified events."""
