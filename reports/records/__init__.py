"""What the office keeps beside the incidents: tours, practical matters, work methods, figures of other systems."""
