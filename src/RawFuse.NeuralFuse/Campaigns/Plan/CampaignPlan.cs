namespace RawFuse.NeuralFuse.Campaigns;

/// <summary>A campaign: base models, generators trained for them, and what is measured. <see cref="PlanReader"/> reads one from JSON and checks it.</summary>
/// <param name="Dataset">Name of the data that everything is trained and evaluated on.</param>
/// <param name="GeneratorTraining">How generators are trained.</param>
/// <param name="Faults">What chips are like, in training and in evaluation.</param>
/// <param name="Evaluation">What accuracies are measured on.</param>
/// <param name="Grids">What is combined; at least one.</param>
public sealed record CampaignPlan(
    string Dataset, GeneratorTraining GeneratorTraining, FaultSetting Faults, EvaluationSetting Evaluation, IReadOnlyList<GridPlan> Grids);
