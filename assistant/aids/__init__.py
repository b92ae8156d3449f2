"""What people work with besides answers: scenarios, the assessment of a system, worksheets, primers, the roadmap."""
